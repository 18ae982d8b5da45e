*** Settings ***
Documentation       How much the till carries before customers would notice, and what gives out then.
Resource            ../resources/point_of_sale.resource
Test Tags           search

*** Test Cases ***
There Is Room For Growth
    [Documentation]    Three times the everyday load on the catalogue, answered as quickly as on any day.
    [Metadata]    Requirement    CAPACITY-1
    [Metadata]    Owner    Retail Operations
    Find Highest Rate On Products While    p95 < ${READING}    error rate < 1 %
    ...    &{SEARCH}[${PROFILE}]    name=Highest rate of Products
    Verify Highest Rate Above 3,000 Requests Per Minute
