*** Settings ***
Documentation       The language of criteria as a suite uses it: windows, parts, groups, files, who wants what.
...
...                 Run and compared by `test_robot_suites.py`, like `verdicts.robot`.
Library             ApiLoadLibrary
Suite Setup         Send Load To A Server That Is Known

*** Test Cases ***
Whatever A Healthy Run Meets
    [Documentation]    PASS
    Verify Each Endpoint Meets Its Threshold
    Verify No Errors
    Verify No Server Errors
    Verify Share Of 5xx Below 2 %    confidence=point estimate
    Verify Share Of Timeouts Of Quick Below 5 %
    Verify Throughput At Least 90/s
    Verify Disk Below 100 %

Whatever A Healthy Run Meets In Its Parts
    [Documentation]    PASS
    Verify P95 Of Shop Below 1 s
    Verify P95 Service Time Of The Run Below 1 s
    Verify Maximum Schedule Delay Below 10 s    run=Warmed Up
    Verify Error Rate Of Shop Below 50 %    in_every=1 s
    Verify P50 Below 1 s    after_first=1 s    confidence=90 %
    Verify Error Rate Below 10 %    during=warm-up
    Verify Criteria
    ...    p50 < 1 s in every 2 s
    ...    p50 of Quick < 1 s for 3 s
    ...    share of 200 of Quick >= 100 %
    ...    error rate of everything < 5 %
    ...    max schedule delay < 2 s
    ...    network < 100 GB/s
    ...    generator cpu < 100 %
    Verify Criterion    p95 < 1 s    confidence=99 %

A Window That Is Broken Fails
    [Documentation]    FAIL P50 of Slow was * ms; the limit is 10 ms (100 requests at 50/s; point estimate; the worst
    ...                of 2 windows, from * s to * s*
    Verify P50 Of Slow Below 10 ms    in_every=2 s

A Window Longer Than The Run Is Inconclusive
    [Documentation]    FAIL INCONCLUSIVE: P50 of Slow was not measured; the limit is 1 s: too few seconds: it takes 10
    ...                of load
    Verify P50 Of Slow Below 1 s    in_every=10 s

A Phase That Was Not There Is Told
    [Documentation]    FAIL There is no phase of the run 'burst'. There is: warm-up, load.
    Verify P50 Below 1 s    during=burst

Server Errors Are Found
    [Documentation]    FAIL Several failures occurred:*Share of status 5xx was 50 %; at most 0 % is allowed (*): 50 ×
    ...                status 503 was not expected (server)*Error rate was 50 %; *Share of status 503 of Broken was
    ...                100 %; the limit is 5 % *
    Sustain 50 Requests Per Second On Quick, Broken    duration=1 s
    Verify No Server Errors
    Verify No Errors
    Verify Share Of 503 Of Broken Below 5 %

Too Few Requests For A Share Are Inconclusive
    [Documentation]    FAIL INCONCLUSIVE: Share of status 5xx was 0 %; *too few requests: 20, and 30 are the least
    Sustain 20 Requests Per Second On Quick    duration=1 s
    Verify No Server Errors

More Answers Than Were Asked For Are Nobody's Failure
    [Documentation]    FAIL INCONCLUSIVE: Throughput was *; at least 900/s is required *no more than 50/s was offered
    Sustain 50 Requests Per Second On Quick    duration=1 s
    Verify Throughput At Least 900/s

A Threshold That Is Missed Fails
    [Documentation]    FAIL P95 of Strict was * ms; the limit is 5 ms (*)
    Sustain 50 Requests Per Second On Strict    duration=2 s
    Verify Each Endpoint Meets Its Threshold

A Load Ends When Its Requirement Cannot Be Met
    [Documentation]    FAIL Error rate of Broken was 100 %; the limit is 10 % (*): * × status 503 was not expected
    ...                (server)
    Stop Load When    error rate of Broken < 10 % cannot be met
    Sustain 50 Requests Per Second On Broken    duration=20 s    name=Hopeless
    Verify Error Rate Of Broken Below 10 %

Criteria Come From A File Of Their Owner
    [Documentation]    FAIL P50 of Slow was * ms; the limit is 10 ms (*)
    [Metadata]    Owner    Somebody Else
    Verify Criteria From    ${FILES}/criteria.yaml
    Verify Criteria From    ${FILES}/criteria.toml

Criteria Have An Id Of Their Test
    [Documentation]    PASS
    [Metadata]    Criterion Id    PERF-9
    [Metadata]    Requirement    Browsing feels instant
    [Metadata]    Clause    4.2
    Verify P50 Below 1 s
    Verify P50 Of Quick Below 1 s

*** Keywords ***
Send Load To A Server That Is Known
    [Documentation]    Two endpoints of a group, after a warm-up; two others are not sent anything.
    Use Server    ${RIG}    threshold=1 s
    Define Endpoint    Quick    GET    /ok    group=Shop
    Define Endpoint    Slow    GET    /delay/20    group=Shop
    Define Endpoint    Broken    GET    /status/503
    Define Endpoint    Strict    GET    /delay/20    threshold=5 ms
    Sustain 50 Requests Per Second On Shop    duration=4 s    warm_up=2 s    name=Warmed Up
