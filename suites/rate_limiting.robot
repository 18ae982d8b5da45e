*** Settings ***
Documentation       The rate limit for partners: who keeps to it is served, who does not is told when to come back.
Resource            ../resources/limits.resource
Suite Setup         Define The Endpoint Of Partners

*** Test Cases ***
Partners Get What They Were Promised And No More
    [Documentation]    First below the limit, then twice as much as is allowed, while others shop on.
    [Metadata]    Requirement    LIMIT-1
    [Metadata]    Owner    Partner Relations
    ${other} =    A Token Of Somebody Else
    Probe Rate Limit Of Partner Products    limit=${PARTNER_LIMIT}    bystander=Products    other_token=${other}
    ...    name=A partner who wants too much
    Verify Rate Limiting Effectiveness Above 95 %
    Verify Over Admission Below 10 %
    Verify No Request Below The Limit Was Refused
    Verify Every Refusal Had The Right Status
    Verify Retry After Is Honest
    Verify Refusals Within 100 ms
    Verify Slow-Down While Limited Below 10 Times
    Verify Bystanders Were Not Disturbed
    Verify No Errors
    IF    $PROFILE == 'full'
        Identify Rate Limiter Of Partner Products    limit=${PARTNER_LIMIT}    name=Kind of limiter for partners
    END
