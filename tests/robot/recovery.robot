*** Settings ***
Documentation       Sentences about trouble and recovery, used well and badly.
Library             ApiLoadLibrary
Library             RequestsLibrary
Suite Setup         Point At The Rig

*** Variables ***
${RIG}              ${EMPTY}

*** Test Cases ***
A Circuit Breaker Opens And Closes Again
    [Documentation]    PASS
    Start Measuring Recovery Of Pay    stable=1 s    name=Breaker
    Sleep    2 s    reason=All is well.
    Note Start Of Fault
    GET    ${RIG}/fault/2500
    Sleep    2.5 s    reason=The fault lasts.
    Note End Of Fault
    Stop Measuring Recovery    observe=2500 ms
    Verify Recovery Within 1500 ms
    Verify Circuit Breaker Opened Within 1 s
    Verify Failures Before Opening Below 40
    Verify Fast Failures Within 100 ms
    Verify Open Time Below 4 s
    Verify Residual Errors Below 1 %
    Verify Overshoot Below 20 Times
    Verify Criterion    recovery of the run <= 1500 ms

What A Breaker Does Can Be Too Little
    [Documentation]    FAIL *1) Detection was * ms; at most 10 ms is allowed (* probes at 50/s): * probes failed before
    ...    it opened 2) Failures before opening was *; the limit is 2 (* probes at 50/s) 3) Fast failure time was * ms;
    ...    at most 1 us is allowed (* probes at 50/s) 4) Open time was * ms; the limit is 10 ms (* probes at 50/s):
    ...    * tries were let through 5) Errors under overload was * %; the limit is 10 % (* probes at 50/s): * ×
    ...    status 503
    Verify Circuit Breaker Opened Within 10 ms    run=Breaker
    Verify Failures Before Opening Below 2    run=Breaker
    Verify Fast Failures Within 1 us    run=Breaker
    Verify Open Time Below 10 ms    run=Breaker
    Verify Error Rate Under Overload Below 10 %    run=Breaker

Without A Breaker Customers Wait In Vain
    [Documentation]    FAIL *1) Detection was never reached; at most 1 s is allowed (* probes at 50/s): no circuit
    ...    breaker opened: all * failures were tried to the end, and 95 of 100 took * ms 2) Fast failure time was never
    ...    reached; at most 100 ms is allowed (* probes at 50/s): no circuit breaker opened: all * failures were
    ...    tried to the end, and 95 of 100 took * ms 3) Recovery was never reached; at most 1 s is allowed (* probes
    ...    at 50/s): in the last 1 s of the * watched after it 100 % of the probes failed (* × status 500) 4)
    ...    Residual errors was never reached; the limit is 1 %: it was not seen to recover: in the last 1 s of the *
    ...    watched after it 100 % of the probes failed (* × status 500) 5) INCONCLUSIVE: Overshoot was not measured;
    ...    the limit is 3 times: *
    Start Measuring Recovery Of Pay Anyhow    stable=1 s    name=No Breaker
    Sleep    2 s    reason=All is well.
    Note Start Of Fault
    GET    ${RIG}/fault/10000
    Note End Of Fault
    Stop Measuring Recovery    observe=1500 ms
    Verify Circuit Breaker Opened Within 1 s
    Verify Fast Failures Within 100 ms
    Verify Recovery Within 1 s
    Verify Residual Errors Below 1 %
    Verify Overshoot Below 3 Times

An Overload Is Sent Between Probes
    [Documentation]    PASS
    Overload Shed With 7 Workers Sending 100 Requests Each    healthy=2 s    observe=1500 ms    stable=1 s
    ...    name=Shedding
    Verify Recovery Within 1 s
    Verify Residual Errors Below 5 %
    Verify Criterion    error rate < 100 %    run=Overload of Shed (Shedding)

A Load Shedder Is No Circuit Breaker
    [Documentation]    FAIL *Detection was never reached; at most 1 s is allowed (* probes at 50/s): no circuit breaker
    ...    opened: * requests were served while others were turned away at once, which a circuit breaker does not do
    Verify Circuit Breaker Opened Within 1 s    run=Shedding

Another Endpoint Can Be Probed Under Overload
    [Documentation]    PASS
    Overload Shed With 7 Workers Sending 20 Requests Each    probe=Quick    healthy=1 s    observe=1 s    stable=1 s
    ...    rate=100/s
    Verify Error Rate Under Overload Below 1 %

Nobody Has Noted When The Fault Was
    [Documentation]    FAIL Several failures occurred:
    ...
    ...    1) INCONCLUSIVE: Recovery was not measured; at most 1 s is allowed: when the trouble was over was not noted:
    ...    write `Note End Of Fault` where it is
    ...
    ...    2) INCONCLUSIVE: Errors under overload was not measured; the limit is 1 %: when the trouble began was not
    ...    noted: write `Note Start Of Fault` where it does
    Start Measuring Recovery Of Quick
    Sleep    1 s    reason=All is well.
    Stop Measuring Recovery
    Verify Recovery Within 1 s
    Verify Error Rate Under Overload Below 1 %

Other Load Shows No Recovery
    [Documentation]    FAIL INCONCLUSIVE: Recovery was not measured; at most 1 s is allowed: this load does not show it:
    ...    it is found by `Overload … or Start Measuring Recovery Of …`
    Sustain 50 Requests Per Second On Quick    duration=500 ms
    Verify Recovery Within 1 s

An Overload Can Be Shown And Sends Nothing
    [Documentation]    PASS
    Show Load Plan    Overload Shed With 100 Workers Sending 50 Requests Each

An Overload Does Not Go On In The Background
    [Documentation]    FAIL `Overload …` waits for the recovery, so that it cannot go on in the background: write it
    ...    without `Start Load`, or measure around other keywords with `Start Measuring Recovery Of …`.
    Start Load    Overload Shed With 7 Workers Sending 50 Requests Each

No Requests Are No Overload
    [Documentation]    FAIL count=0 sends nothing: write 1 or more.
    Overload Shed With 7 Workers Sending 0 Requests Each

Nobody Sends No Overload
    [Documentation]    FAIL workers=0 *
    Overload Shed With 0 Workers Sending 10 Requests Each

A Healthy Time Holds Enough Probes
    [Documentation]    FAIL healthy='300 ms' holds too few probes at 50/s to tell how the server usually is: 20 are
    ...    needed, so write 400 ms at least, or probe more often (rate=).
    Overload Shed With 7 Workers Sending 10 Requests Each    healthy=300 ms

A Recovery Is Watched For Long Enough
    [Documentation]    FAIL observe='1 s' is too short to see 3 s that are stable (stable=): observe for longer
    ...    than that.
    Overload Shed With 7 Workers Sending 10 Requests Each    observe=1 s

Probes Are No Load
    [Documentation]    FAIL rate='5,000/s' is no rate of probes: write one from 1/s to 1,000/s, like 50/s.
    Overload Shed With 7 Workers Sending 10 Requests Each    rate=5,000/s

One Endpoint Is Probed At A Time
    [Documentation]    FAIL 'Pay, Shed' names 2 endpoints, and one is probed at a time: name one.
    Start Measuring Recovery Of Pay, Shed

An Unknown Endpoint Is Not Probed
    [Documentation]    FAIL *'Pey'*Pay*
    Overload Shed With 7 Workers Sending 10 Requests Each    probe=Pey

Stable Is Some Time
    [Documentation]    FAIL stable='0 s' is no stretch of time: write how long it lasts, like 3 s.
    Start Measuring Recovery Of Pay    stable=0 s

Well Again Is Not Better Than Before
    [Documentation]    FAIL slow_down='0.5 times' asks for more than when all was well: write 1 or more.
    Start Measuring Recovery Of Pay    slow_down=0.5

One Recovery Is Measured At A Time
    [Documentation]    FAIL A recovery is being measured already: end that with `Stop Measuring Recovery`.
    Start Measuring Recovery Of Quick
    Start Measuring Recovery Of Pay

Nothing Is Measured That Could Be Ended
    [Documentation]    FAIL No recovery is being measured: write `Start Measuring Recovery Of …` first.
    Stop Measuring Recovery

No Fault Is Noted Outside
    [Documentation]    FAIL No recovery is being measured: write `Start Measuring Recovery Of …` first.
    Note Start Of Fault

One Measuring Is About One Fault
    [Documentation]    FAIL The end of the fault was noted before: one measuring is about one fault.
    Start Measuring Recovery Of Quick
    Note Start Of Fault
    Note End Of Fault
    Note End Of Fault

*** Keywords ***
Point At The Rig
    [Documentation]    What sheds load, what has a circuit breaker, and what has none.
    Use Server    ${RIG}
    Define Endpoint    Pay    GET    /pay
    Define Endpoint    Pay Anyhow    GET    /pay-anyhow
    Define Endpoint    Shed    GET    /shed
    Define Endpoint    Quick    GET    /ok
