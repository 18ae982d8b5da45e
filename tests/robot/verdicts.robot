*** Settings ***
Documentation       Each `Verify …` is seen to pass, to fail, and to be inconclusive.
...
...                 This suite is run in a process of its own by `test_robot_suites.py`, which
...                 compares each test with the outcome that its documentation states. What several
...                 tests judge is sent once.
Library             ApiLoadLibrary
Suite Setup         Send What Is Judged

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
    Verify P95 Below 5 ms    run=Slow

A Percentile Of One Endpoint That Is Too High Fails
    [Documentation]    FAIL P90 of Slow was * ms; the limit is 5 ms (*)
    Verify P90 Of Slow Below 5 ms    run=Healthy

An Average That Is Too High Fails
    [Documentation]    FAIL Average response time of Slow was * ms; the limit is 5 ms (*)
    Verify Average Below 5 ms    run=Slow

A Median That Is Too High Fails
    [Documentation]    FAIL Median response time of Slow was * ms; the limit is 5 ms (*)
    Verify Median Of Slow Below 5 ms    run=Slow

A Maximum That Is Too High Fails
    [Documentation]    FAIL Maximum response time of Slow was * ms; the limit is 5 ms (*)
    Verify Maximum Below 5 ms    run=Slow

A Threshold That Is Broken Fails
    [Documentation]    FAIL P95 of Strict was * ms; the limit is 5 ms (*)
    Verify P95 Below Threshold    run=Strict

A Threshold Of One Endpoint That Is Broken Fails
    [Documentation]    FAIL P95 of Strict was * ms; the limit is 5 ms (*)
    Verify P95 Of Strict Below Threshold    run=Strict

Too Many Errors Fail
    [Documentation]    FAIL Error rate was 50 %; the limit is 1 % (*)
    Verify Error Rate Below 1 %    run=Broken

Too Many Errors Of One Endpoint Fail
    [Documentation]    FAIL Error rate of Broken was 100 %; the limit is 1 % (*)
    Verify Error Rate Of Broken Below 1 %    run=Broken

A Rate That Slow Answers Prevent Fails
    [Documentation]    FAIL Achieved rate was * of target; at least 98 % is required (100 requests at 50/s): the one
    ...                worker was busy, because the p95 service time of Strict is beyond its threshold
    Sustain 50 Requests Per Second On Strict    duration=2 s    workers=1
    Verify Achieved Rate At Least 98 % Of Target

Processor And Memory Can Be Too High
    [Documentation]    FAIL Several failures occurred:*CPU of * was * %*the limit is 0 %*Memory of * was * %*
    Verify CPU Below 0 %    run=Healthy
    Verify Memory Below 0.1 %    run=Healthy

Every Criterion Is Judged Before The Test Fails
    [Documentation]    FAIL P95 of Slow was *Error rate *was 100 %*
    Verify Criteria    p95 of Slow < 5 ms    p95 of Slow < 1 s    error rate of Broken < 1 %    run=Broken

Too Few Samples Are Inconclusive
    [Documentation]    FAIL INCONCLUSIVE: P95 of Quick *
    Verify P95 Below 1 s    run=Few

Too Few Samples For A Threshold Are Inconclusive
    [Documentation]    FAIL INCONCLUSIVE: P99 of Quick *
    Verify P99 Below Threshold    run=Few

One Sample Has No Average
    [Documentation]    FAIL INCONCLUSIVE: Average response time of Quick was * too few requests*
    Sustain 10 Requests Per Minute On Quick    duration=6 s
    Verify Average Below 1 s

Few Requests Without An Error Prove Little
    [Documentation]    FAIL INCONCLUSIVE: Error rate *
    Verify Error Rate Below 1 %    run=Few

Few Requests Of One Endpoint Prove Little
    [Documentation]    FAIL INCONCLUSIVE: Error rate of Quick *
    Verify Error Rate Of Quick Below 1 %    run=Few

A Plan With Too Few Workers Is Inconclusive
    [Documentation]    FAIL INCONCLUSIVE: P95 of Slow *workers=*
    Verify P95 Below 500 ms    run=Too Few Workers

A Rate That Too Few Workers Prevent Is Inconclusive
    [Documentation]    FAIL INCONCLUSIVE: Achieved rate *workers=*
    Verify Achieved Rate At Least 98 % Of Target    run=Too Few Workers

A Short Run Says Little Of The Host
    [Documentation]    FAIL Several failures occurred:*INCONCLUSIVE: CPU *too short for a sample, one a
    ...                second*INCONCLUSIVE: Memory *
    Sustain 50 Requests Per Second On Quick    duration=500 ms
    Verify CPU Below 99 %
    Verify Memory Below 99 %

A Measured Value Can Be Had
    [Documentation]    PASS
    ${p95} =    Get Metric    p95    Slow    run=Slow
    Should Be True    30 <= ${p95} < 1000
    Get Metric    p95    Slow    >    29.5 ms    run=Slow
    Get Metric    p95    Slow    <    1 s    run=Slow
    Get Metric    p95    Slow    less than    1 s    run=Slow
    Get Metric    p95    Slow    validate    29.5 < value < 1000    run=Slow
    ${seconds} =    Get Metric    p95    Slow    then    value / 1000    run=Slow
    Should Be True    0.03 <= ${seconds} < 1
    Get Metric    error rate    Run    ==    0 %    run=Slow
    ${rate} =    Get Metric    achieved rate    run=Slow
    Should Be True    90 <= ${rate} <= 100

Every Operator Of Assertions Can Be Used
    [Documentation]    PASS
    FOR    ${operator}    IN    ==    equal    equals    should be    <=    >=
        Get Metric    error rate    Run    ${operator}    50 %    run=Broken
    END
    FOR    ${operator}    IN    !=    inequal    should not be    <    less than
        Get Metric    error rate    Run    ${operator}    50.4    run=Broken
    END
    FOR    ${operator}    IN    >    greater than    !=
        Get Metric    error rate    Run    ${operator}    49.6 %    run=Broken
    END
    FOR    ${operator}    ${expected}    IN    contains    5    *=    0    not contains    7    starts    5    ^=    50
    ...    should start with    5    ends    0    $=    50    should end with    0    matches    ^\\d+$
        Get Metric    share of 503    Run    ${operator}    ${expected}    run=Broken
    END
    ${less} =    Get Metric    error rate    Run    evaluate    value - 1    run=Broken
    Should Be Equal As Numbers    ${less}    49
    Get Metric    throughput    Run    >=    40/s    run=Broken
    Get Metric    network    Run    <    100 GB/s    run=Broken

A Number Is Not Cut To A Whole One
    [Documentation]    FAIL error rate of Run in %: '50.0' (float) should be '50.4' (float)
    Get Metric    error rate    Run    ==    50.4 %    run=Broken

A Measured Value Can Be Asserted Wrongly
    [Documentation]    FAIL p95 of Slow in ms: '*' (float) should be less than '10.9' (float)*
    Get Metric    p95    Slow    <    10.9 ms    run=Slow

*** Keywords ***
Send What Is Judged
    [Documentation]    To endpoints whose truth is known.
    Use Server    ${RIG}    workers=50    timeout=5 s    threshold=500 ms
    Define Endpoint    Quick    GET    /ok
    Define Endpoint    Slow    GET    /delay/30
    Define Endpoint    Strict    GET    /delay/30    threshold=5 ms
    Define Endpoint    Broken    GET    /status/503
    Sustain 50 Requests Per Second On Slow    duration=2 s    name=Slow
    Sustain 50 Requests Per Second On Slow, Broken    duration=2 s    name=Broken
    Sustain 50 Requests Per Second On Quick, Strict    duration=2 s    name=Strict
    Sustain 10 Requests Per Second On Quick    duration=500 ms    name=Few
    Sustain 100 Requests Per Second On Slow    duration=1 s    name=Too Few Workers    workers=1
