*** Settings ***
Documentation       Rate limits: probed, judged well and badly, identified, and asked for in ways that cannot be.
...
...                 Each test's documentation says how it ends.
Library             ApiLoadLibrary

*** Variables ***
${KEEPS}        http://127.0.0.1:1
${GRUDGING}     http://127.0.0.1:1
${OPEN}         http://127.0.0.1:1
${LIMIT}        20/500 ms

*** Test Cases ***
A Limiter That Keeps Its Contract Meets Every Requirement
    [Documentation]    PASS
    Use    ${KEEPS}
    Probe Rate Limit Of Limited    limit=${LIMIT}    bystander=Free    other_token=somebody else    name=Kept
    Verify Rate Limiting Effectiveness Above 95 %
    Verify Over Admission Below 10 %
    Verify No Request Below The Limit Was Refused
    Verify Every Refusal Had The Right Status
    Verify Retry After Is Honest
    Verify Refusals Within 500 ms
    Verify Slow-Down While Limited Below 100 Times
    Verify Bystanders Were Not Disturbed
    Verify No Errors
    Verify Criterion    share of 429 of Limited > 20 % as point estimate

Without A Limiter Nothing Is Refused
    [Documentation]    FAIL Rate limiting effectiveness was 0 %; more than 50 % is required (102 requests, of which
    ...    20/500 ms allows *; 0 refused with 429): not one of * requests beyond the limit was refused; there seems to
    ...    be no limit here
    Use    ${OPEN}
    Probe Rate Limit Of Limited    limit=${LIMIT}    name=Nothing limits
    Verify Rate Limiting Effectiveness Above 50 %

Another Status Is No Refusal
    [Documentation]    FAIL Several failures occurred: 1) Rate limiting effectiveness was 0 %; more than 50 % is
    ...    required (*; 0 refused with 429): not one of * requests beyond the limit was refused with 429; * answers had
    ...    status 503; if that refuses, write refused_with=503 2) Wrong refusals was 100 %; at most 0 % is allowed (*):
    ...    * answers had status 503; if that refuses, write refused_with=503 3) INCONCLUSIVE: Honest retry-after was
    ...    not measured; at least 100 % is required: nothing was refused 4) INCONCLUSIVE: Refusal time was not
    ...    measured; at most 1 s is allowed: nothing was refused 5) Error rate was * %; at most 0 % is allowed (*):
    ...    *503 was not expected*
    Use    ${GRUDGING}
    Probe Rate Limit Of Limited    limit=${LIMIT}    name=Unexpected
    Verify Rate Limiting Effectiveness Above 50 %
    Verify Every Refusal Had The Right Status
    Verify Retry After Is Honest
    Verify Refusals Within 1 s
    Verify No Errors

A Limiter That Does Not Keep Its Contract Breaks Every Requirement
    [Documentation]    FAIL Several failures occurred: 1) False refusals was * %; at most 0 % is allowed (48 requests
    ...    at four fifths of the limit): * of 48 requests below the limit were turned away 2) Honest retry-after was *
    ...    %; at least 100 % is required (tried *): told to wait for 4 s, a request after 1.* s was accepted, so it
    ...    could have come earlier 3) Refusal time was * ms; at most 1 us is allowed (95 of 100 refusals, of *) 4)
    ...    Slow-down while limited was * times; the limit is 0.001 times (*) 5) Disturbed bystanders was * %; at most 0
    ...    % is allowed (* requests to Same Again): of * requests to Same Again * were refused, 0 failed and 0 were
    ...    slow
    Use    ${GRUDGING}
    Probe Rate Limit Of Limited    limit=60/500 ms    refused_with=503    bystander=Same Again    name=Grudging
    Verify No Request Below The Limit Was Refused
    Verify Every Refusal Had The Right Status
    Verify Retry After Is Honest
    Verify Refusals Within 0.001 ms
    Verify Slow-Down While Limited Below 0.001 Times
    Verify Bystanders Were Not Disturbed

What Is Let In Too Much Is Told
    [Documentation]    FAIL Over-admission was * %; the limit is 10 % (at most * accepted within 500 ms, 10 allowed):
    ...    * were accepted within 500 ms, and 10 are allowed
    Use    ${KEEPS}
    Probe Rate Limit Of Limited    limit=10/500 ms    name=Too generous
    Verify Over Admission Below 10 %

Only A Probe Shows What A Limiter Does
    [Documentation]    FAIL Several failures occurred: 1) INCONCLUSIVE: Rate limiting effectiveness was not measured;
    ...    more than 50 % is required: this load does not show it: it is found by `Probe Rate Limit Of …` 2)
    ...    INCONCLUSIVE: Over-admission was not measured; the limit is 10 %: * 3) INCONCLUSIVE: False refusals was not
    ...    measured; at most 0 % is allowed: * 4) INCONCLUSIVE: Wrong refusals was not measured; at most 0 % is
    ...    allowed: * 5) INCONCLUSIVE: Slow-down while limited was not measured; the limit is 2 times: * 6)
    ...    INCONCLUSIVE: Disturbed bystanders was not measured; at most 0 % is allowed: *
    Use    ${OPEN}
    Sustain 20 Requests Per Second On Limited    duration=1 s    name=No probe
    Verify Rate Limiting Effectiveness Above 50 %
    Verify Over Admission Below 10 %
    Verify No Request Below The Limit Was Refused
    Verify Every Refusal Had The Right Status
    Verify Slow-Down While Limited Below 2 Times
    Verify Bystanders Were Not Disturbed

Who Was Not Asked For Can Not Have Been Disturbed
    [Documentation]    FAIL INCONCLUSIVE: Disturbed bystanders was not measured; at most 0 % is allowed: nobody was
    ...    asked for beside it: name one with bystander= or other_token=
    Use    ${KEEPS}
    Probe Rate Limit Of Limited    limit=${LIMIT}    name=Unwatched
    Verify Bystanders Were Not Disturbed

Plans Can Be Shown
    [Documentation]    PASS
    Use    ${OPEN}
    Show Load Plan    Probe Rate Limit Of Limited    limit=600/min    bystander=Free
    Show Load Plan    Identify Rate Limiter Of Limited    limit=600/min

A Plan Without A Limit Cannot Be Shown
    [Documentation]    FAIL Without limit= it is found by sending: to show a plan, write limit=.
    Use    ${OPEN}
    Show Load Plan    Probe Rate Limit Of Limited

What Is Accepted Cannot Be A Refusal
    [Documentation]    FAIL refused_with=200 is what Limited expects of a request that is accepted: write the status
    ...    of a refusal, like 429.
    Use    ${OPEN}
    Probe Rate Limit Of Limited    limit=${LIMIT}    refused_with=200

A Burst Needs Its Rate
    [Documentation]    FAIL burst=5 needs the rate that goes with it: write limit=10/s.
    Use    ${OPEN}
    Probe Rate Limit Of Limited    burst=5

Nobody Stands By Himself
    [Documentation]    FAIL bystander='Limited' names the endpoint that is limited itself.
    Use    ${OPEN}
    Probe Rate Limit Of Limited    limit=${LIMIT}    bystander=Limited

One Limit At A Time
    [Documentation]    FAIL 'Limited, Free' names several endpoints: probe one limit at a time.
    Use    ${OPEN}
    Probe Rate Limit Of Limited, Free    limit=${LIMIT}

A Limit Has A Time
    [Documentation]    FAIL ValueError: Argument 'limit' got value '600' that cannot be converted to Rate: '600' does
    ...    not say per what: write for example 600/min.
    Use    ${OPEN}
    Probe Rate Limit Of Limited    limit=600

*** Keywords ***
Use
    [Documentation]    A server whose limited endpoint is at its root.
    [Arguments]    ${server}
    Use Server    ${server}    workers=10
    Define Endpoint    Limited    GET    /
    Define Endpoint    Same Again    GET    /same
    Define Endpoint    Free    GET    /free
