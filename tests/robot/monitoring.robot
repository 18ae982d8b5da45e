*** Settings ***
Documentation       What is watched while load runs. Each test says how it has to end: PASS, or FAIL and a message.
Library             Process
Library             ApiLoadLibrary
Suite Setup         Watch And Send Load
Suite Teardown      Terminate All Processes

*** Variables ***
${PYTHON}           python3
${RIG}              ${EMPTY}
${METRICS}          ${EMPTY}

*** Test Cases ***
Gauges Pass
    [Documentation]    PASS
    Verify Gauge pool Below 8    run=Watched
    Verify Gauge pool Above 6    run=Watched
    Verify Gauge pool Below 8    run=Watched    in_every=1 s
    Verify Criterion    gauge of pool >= 7    run=Watched

A Gauge Fails
    [Documentation]    FAIL Gauge of pool was 7 on average, 7 at its peak; the limit is 5 (*)
    Verify Gauge pool Below 5    run=Watched

A Gauge That Fails The Other Way
    [Documentation]    FAIL Gauge of pool was 7 on average, 7 at its lowest; more than 9 is required (*)
    Verify Gauge pool Above 9    run=Watched

A Gauge Without Enough Samples
    [Documentation]    FAIL INCONCLUSIVE: Gauge of pool was *: too few samples, one a second*
    Verify Gauge pool Below 8    run=Watched    after_first=5 s

Processes Pass
    [Documentation]    PASS
    Verify CPU Of The Victim Below 90 %    run=Watched
    Verify Memory Of The Victim Below 500 MB    run=Watched
    Verify Memory Of Load Generator Below 90 %    run=Watched
    ${memory} =    Get Metric    memory    The Victim    >    0    run=Watched
    Should Be True    ${memory} < 50

A Process Takes Too Much Memory
    [Documentation]    FAIL Memory of The Victim was * MB on average, * MB at its peak; the limit is 1 MB (*)
    Verify Memory Of the victim Below 1 MB    run=Watched

A Process Takes Too Much Of The Processor
    [Documentation]    FAIL CPU of Load Generator was * on average, *; the limit is 0 % (*)
    Verify CPU Of Load Generator Below 0 %    run=Watched

Shop Tells Nothing Of Its Processor
    [Documentation]    FAIL INCONCLUSIVE: CPU of shop was not measured; the limit is 90 %: shop does not tell its cpu
    Verify CPU Of shop Below 90 %    run=Watched

Nothing Is Called Like That
    [Documentation]    FAIL There is no monitored host or process 'shup'. Did you mean 'shop'? There is: *.
    Verify CPU Of shup Below 90 %    run=Watched

A Size Needs A Unit
    [Documentation]    FAIL Criterion 'memory of "shop" < 500' cannot be read at '500': *
    ...    Memory takes a percentage like 90 %, or a size like 500 MB.
    Verify Memory Of shop Below 500

A Gauge That Is Not There Is Refused Before Any Load
    [Documentation]    FAIL other has no metric 'pool_usd'. Did you mean 'pool_used'?
    Monitor Host    other    ${METRICS}    pool_2=pool_usd

A Process That Is Not There
    [Documentation]    FAIL There is no process called no such program: start it first, or name another.
    Monitor Process    Nobody    called=no such program

Monitoring Stops
    [Documentation]    PASS
    Stop Monitoring    shop
    Stop Monitoring    The Victim
    Sustain 20 Requests Per Second On Products    duration=1.2 s
    Run Keyword And Expect Error    There is no gauge 'pool'*    Verify Gauge pool Below 8

*** Keywords ***
Watch And Send Load
    [Documentation]    In the middle of it the victim ends.
    Use Server    ${RIG}
    Define Endpoint    Products    GET    /ok    threshold=500 ms
    ${victim} =    Start Process    ${PYTHON}    -c    import time; time.sleep(60)
    ${pid} =    Get Process Id    ${victim}
    Monitor Process    The Victim    pid=${pid}
    Monitor Host    shop    ${METRICS}    pool=pool_used{of="orders"}
    Start Load    Sustain 50 Requests Per Second On Products    duration=6 s    name=Watched
    Sleep    3.7 s    the victim is seen at least three times
    Terminate Process    ${victim}
    Wait Until Load Ends
