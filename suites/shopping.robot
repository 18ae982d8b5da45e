*** Settings ***
Documentation       Customers as they are: each comes in, looks around, orders, and pays for that very order.
Resource            ../resources/journeys.resource
Suite Setup         Define What Customers Do
Suite Teardown      Remove What The Load Has Written

*** Test Cases ***
Customers Come To Their Coffee
    [Documentation]    Hundreds of customers are on their way at once, and each pays what was ordered.
    [Metadata]    Requirement    SHOP-1
    [Metadata]    Owner    Retail Operations
    Start 3000 Journeys Per Minute Of Buy A Coffee    duration=${SHOPPING}[${PROFILE}]    name=Customers
    Verify Journeys Finished At Least 99 %
    Verify P95 Of Buy A Coffee Below 1 s
    Verify Error Rate Below 1 %
