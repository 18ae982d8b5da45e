*** Settings ***
Documentation       Trouble and recovery: how payments fail when they must, and how soon they are taken again.
Resource            ../resources/point_of_sale.resource
Suite Teardown      Remove What The Load Has Written

*** Test Cases ***
Payments Recover From An Overload
    [Documentation]    More come at once than can be carried: some are turned away at once, and then all is as before.
    [Metadata]    Requirement    PERF-5
    [Metadata]    Owner    Payments
    Overload Stripe Intent With ${CROWD} Workers Sending 50 Requests Each
    ...    healthy=${HEALTHY}[${PROFILE}]    observe=${AFTERMATH}[${PROFILE}]    name=Overload of payments
    Verify Recovery Within 5 s
    Verify Residual Errors Below 1 %
    Verify Error Rate Under Overload Below ${TURNED_AWAY}
    Verify Overshoot Below ${HERD} Times

A Failing Payment Provider Keeps Nobody Waiting
    [Documentation]    The provider is too slow for a while. Soon nobody waits for it, and later it is tried again.
    [Metadata]    Requirement    PERF-6
    [Metadata]    Owner    Payments
    [Setup]    The Reference API Must Be Under Test
    Start Measuring Recovery Of Stripe Intent    name=Outage of the provider
    Sleep    ${HEALTHY}[${PROFILE}]    reason=This is how payments are when all is well.
    Note Start Of Fault
    The Payment Provider Becomes Too Slow
    Sleep    ${OUTAGE}[${PROFILE}]    reason=The provider stays like that.
    Mend The Reference API
    Note End Of Fault
    Stop Measuring Recovery    observe=${AFTERMATH}[${PROFILE}]
    Verify Circuit Breaker Opened Within 2 s
    Verify Failures Before Opening Below 60
    Verify Fast Failures Within 100 ms
    Verify Recovery Within 5 s
    Verify Residual Errors Below 1 %
    [Teardown]    Mend The Reference API

*** Keywords ***
The Payment Provider Becomes Too Slow
    [Documentation]    It answers later than anybody waits for it.
    Break The Reference API    provider=slow    delay_ms=${800}
