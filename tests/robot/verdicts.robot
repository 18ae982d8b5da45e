*** Settings ***
Documentation       Each `Verify …` is seen to pass, to fail, and to be inconclusive.
...
...                 This suite is run in a process of its own by `test_robot_suites.py`, which
...                 compares each test with the outcome that its documentation states.
Library             ApiLoadLibrary
Suite Setup         Point At The Rig

*** Test Cases ***
A Healthy Server Passes
    [Documentation]    PASS
    Sustain 50 Requests Per Second On Quick, Slow    duration=6.2 s    name=Healthy
    Verify P95 Below 1 s
    Verify P99 Response Time Below 1 s
    Verify P50 Of Slow Below 1 s
    Verify Average Below 500 ms
    Verify Average Response Time Of Quick Below 500 ms
    Verify Median Below 500 ms
    Verify Maximum Below 10 s
    Verify P95 Below Threshold
    Verify P95 Of Quick Below Threshold
    Verify Error Rate Below 2 %
    Verify Error Rate Of Quick Below 2 %
    Verify Achieved Rate At Least 90 % Of Target
    Verify CPU Below 100 %
    Verify Memory Below 100 %
    Verify Criterion    p95 of Quick < 1 s
    Verify Criteria    p95 < 1 s    error rate < 2 %    achieved rate of Slow >= 90 % of target

Another Run Can Be Judged By Its Name
    [Documentation]    PASS
    Verify P95 Below 1 s    run=Healthy

A Percentile That Is Too High Fails
    [Documentation]    FAIL P95 of Slow was * ms; the limit is 5 ms (* requests at 50/s)
    Sustain 50 Requests Per Second On Slow    duration=2 s
    Verify P95 Below 5 ms

A Percentile Of One Endpoint That Is Too High Fails
    [Documentation]    FAIL P90 of Slow was * ms; the limit is 5 ms (*)
    Sustain 50 Requests Per Second On Quick, Slow    duration=2 s
    Verify P90 Of Slow Below 5 ms

An Average That Is Too High Fails
    [Documentation]    FAIL Average response time of Slow was * ms; the limit is 5 ms (*)
    Sustain 50 Requests Per Second On Slow    duration=2 s
    Verify Average Below 5 ms

A Median That Is Too High Fails
    [Documentation]    FAIL Median response time of Slow was * ms; the limit is 5 ms (*)
    Sustain 50 Requests Per Second On Slow    duration=2 s
    Verify Median Of Slow Below 5 ms

A Maximum That Is Too High Fails
    [Documentation]    FAIL Maximum response time of Slow was * ms; the limit is 5 ms (*)
    Sustain 50 Requests Per Second On Slow    duration=2 s
    Verify Maximum Below 5 ms

A Threshold That Is Broken Fails
    [Documentation]    FAIL P95 of Strict was * ms; the limit is 5 ms (*)
    Sustain 50 Requests Per Second On Quick, Strict    duration=2 s
    Verify P95 Below Threshold

A Threshold Of One Endpoint That Is Broken Fails
    [Documentation]    FAIL P95 of Strict was * ms; the limit is 5 ms (*)
    Sustain 50 Requests Per Second On Strict    duration=2 s
    Verify P95 Of Strict Below Threshold

Too Many Errors Fail
    [Documentation]    FAIL Error rate was 50 %; the limit is 1 % (*)
    Sustain 50 Requests Per Second On Quick, Broken    duration=2 s
    Verify Error Rate Below 1 %

Too Many Errors Of One Endpoint Fail
    [Documentation]    FAIL Error rate of Broken was 100 %; the limit is 1 % (*)
    Sustain 50 Requests Per Second On Broken    duration=2 s
    Verify Error Rate Of Broken Below 1 %

A Rate That Slow Answers Prevent Fails
    [Documentation]    FAIL Achieved rate was * of target; at least 98 % is required (100 requests at 50/s): the one
    ...                worker was busy, because the p95 service time of Strict is beyond its threshold
    Sustain 50 Requests Per Second On Strict    duration=2 s    workers=1
    Verify Achieved Rate At Least 98 % Of Target

Processor And Memory Can Be Too High
    [Documentation]    FAIL Several failures occurred:*CPU of * was * %*the limit is 0 %*Memory of * was * %*
    Sustain 50 Requests Per Second On Quick    duration=4.2 s
    Verify CPU Below 0 %
    Verify Memory Below 0.1 %

Every Criterion Is Judged Before The Test Fails
    [Documentation]    FAIL P95 of Slow was *Error rate *was 100 %*
    Sustain 50 Requests Per Second On Slow, Broken    duration=2 s
    Verify Criteria    p95 of Slow < 5 ms    p95 of Slow < 1 s    error rate of Broken < 1 %

Too Few Samples Are Inconclusive
    [Documentation]    FAIL INCONCLUSIVE: P95 of Quick *
    Sustain 10 Requests Per Second On Quick    duration=500 ms
    Verify P95 Below 1 s

Too Few Samples For A Threshold Are Inconclusive
    [Documentation]    FAIL INCONCLUSIVE: P99 of Quick *
    Sustain 10 Requests Per Second On Quick    duration=500 ms
    Verify P99 Below Threshold

One Sample Has No Average
    [Documentation]    FAIL INCONCLUSIVE: Average response time of Quick was * too few requests*
    Sustain 1 Requests Per Second On Quick    duration=500 ms
    Verify Average Below 1 s

Few Requests Without An Error Prove Little
    [Documentation]    FAIL INCONCLUSIVE: Error rate *
    Sustain 10 Requests Per Second On Quick    duration=1 s
    Verify Error Rate Below 1 %

Few Requests Of One Endpoint Prove Little
    [Documentation]    FAIL INCONCLUSIVE: Error rate of Quick *
    Sustain 10 Requests Per Second On Quick    duration=1 s
    Verify Error Rate Of Quick Below 1 %

A Plan With Too Few Workers Is Inconclusive
    [Documentation]    FAIL INCONCLUSIVE: P95 of Slow *workers=*
    Sustain 100 Requests Per Second On Slow    duration=2 s    workers=1
    Verify P95 Below 500 ms

A Rate That Too Few Workers Prevent Is Inconclusive
    [Documentation]    FAIL INCONCLUSIVE: Achieved rate *workers=*
    Sustain 100 Requests Per Second On Slow    duration=2 s    workers=1
    Verify Achieved Rate At Least 98 % Of Target

A Short Run Says Little Of The Host
    [Documentation]    FAIL Several failures occurred:*INCONCLUSIVE: CPU *too short for a sample, one a
    ...                second*INCONCLUSIVE: Memory *
    Sustain 50 Requests Per Second On Quick    duration=500 ms
    Verify CPU Below 99 %
    Verify Memory Below 99 %

A Measured Value Can Be Had
    [Documentation]    PASS
    Sustain 50 Requests Per Second On Slow    duration=2 s
    ${p95} =    Get Metric    p95    Slow
    Should Be True    30 <= ${p95} < 1000
    Get Metric    p95    Slow    >    29.5 ms
    Get Metric    p95    Slow    <    1 s
    Get Metric    p95    Slow    less than    1 s
    Get Metric    p95    Slow    validate    29.5 < value < 1000
    ${seconds} =    Get Metric    p95    Slow    then    value / 1000
    Should Be True    0.03 <= ${seconds} < 1
    Get Metric    error rate    Run    ==    0 %
    ${rate} =    Get Metric    achieved rate
    Should Be True    90 <= ${rate} <= 100

Every Operator Of Assertions Can Be Used
    [Documentation]    PASS
    Sustain 50 Requests Per Second On Quick, Broken    duration=1 s
    FOR    ${operator}    IN    ==    equal    equals    should be    <=    >=
        Get Metric    error rate    Run    ${operator}    50 %
    END
    FOR    ${operator}    IN    !=    inequal    should not be    <    less than
        Get Metric    error rate    Run    ${operator}    50.4
    END
    FOR    ${operator}    IN    >    greater than    !=
        Get Metric    error rate    Run    ${operator}    49.6 %
    END
    FOR    ${operator}    ${expected}    IN    contains    5    *=    0    not contains    7    starts    5    ^=    50
    ...    should start with    5    ends    0    $=    50    should end with    0    matches    ^\\d+$
        Get Metric    share of 503    Run    ${operator}    ${expected}
    END
    ${less} =    Get Metric    error rate    Run    evaluate    value - 1
    Should Be Equal As Numbers    ${less}    49
    Get Metric    throughput    Run    >=    40/s
    Get Metric    network    Run    <    100 GB/s

A Number Is Not Cut To A Whole One
    [Documentation]    FAIL error rate of Run in %: '50.0' (float) should be '50.4' (float)
    Sustain 50 Requests Per Second On Quick, Broken    duration=1 s
    Get Metric    error rate    Run    ==    50.4 %

A Measured Value Can Be Asserted Wrongly
    [Documentation]    FAIL p95 of Slow in ms: '*' (float) should be less than '10.9' (float)*
    Sustain 50 Requests Per Second On Slow    duration=1 s
    Get Metric    p95    Slow    <    10.9 ms

*** Keywords ***
Point At The Rig
    [Documentation]    Endpoints whose truth is known.
    Use Server    ${RIG}    workers=50    timeout=5 s    threshold=500 ms
    Define Endpoint    Quick    GET    /ok
    Define Endpoint    Slow    GET    /delay/30
    Define Endpoint    Strict    GET    /delay/30    threshold=5 ms
    Define Endpoint    Broken    GET    /status/503
