*** Settings ***
Documentation       A rush: ten times the everyday load for a while, and what it does to customers.
Resource            ../resources/point_of_sale.resource

*** Test Cases ***
A Rush Of Ten Times The Everyday Load Is Survived
    [Documentation]    Normal load, ten times as much, and normal load again.
    [Metadata]    Requirement    PERF-3
    [Metadata]    Owner    Retail Operations
    Burst To 10 Times 1000 Requests Per Minute On Each Endpoint    duration=${RUSH}[${PROFILE}]
    ...    around=${AROUND}[${PROFILE}]    name=Rush
    Verify Error Rate Below 1 %
    Verify Achieved Rate At Least 95 % Of Target
    Verify Degradation Below ${SLOWER} Times
    Verify Return To Normal Within 5 s

The Server Has Room To Spare In A Rush
    [Documentation]    Processor and memory of the server's host, while the rush was on.
    [Metadata]    Requirement    PERF-4
    [Metadata]    Owner    Platform Team
    Watching The Host Must Be Possible
    Verify Memory Below 90 %    run=Rush
    Get Metric    cpu    run=Rush
