*** Settings ***
Documentation       Everyday load: 1,000 requests a minute on each of the ten endpoints.
Resource            ../resources/contract.resource
Resource            ../resources/point_of_sale.resource

*** Test Cases ***
Each Endpoint Keeps Its Contract
    [Documentation]    Load on a service that answers wrongly proves nothing.
    [Metadata]    Requirement    PERF-0
    The Service Is Healthy
    Products Are Listed With Their Prices
    Orders Are Accepted And Listed
    Payment Methods Are Offered
    A Card Payment Can Be Prepared
    A Bank Transfer Shows A QR Code
    Employees Are Listed And Can Clock In
    The Live Channel Is Ready
    Strangers Are Turned Away

Everyday Load Is Carried With Room To Spare
    [Documentation]    What a busy day brings, held for as long as the profile says.
    [Metadata]    Requirement    PERF-1
    [Metadata]    Owner    Retail Operations
    Sustain 1000 Requests Per Minute On Each Endpoint    duration=${EVERYDAY}[${PROFILE}]
    ...    name=Everyday load
    Verify Achieved Rate At Least 98 % Of Target
    Verify P95 Below Threshold
    Verify Average Response Time Below 10 ms
    Verify Error Rate Below 1 %

The Server Has Room To Spare Under Everyday Load
    [Documentation]    Processor and memory of the server's host, while the everyday load ran.
    [Metadata]    Requirement    PERF-2
    [Metadata]    Owner    Platform Team
    Watching The Host Must Be Possible
    Verify CPU Below 90 %    run=Everyday load
    Verify Memory Below 90 %    run=Everyday load
