*** Settings ***
Documentation       Every load sentence is sent, shown, and judged.
...
...                 Run and compared by `test_robot_suites.py`, like `verdicts.robot`.
Library             ApiLoadLibrary
Suite Setup         Point At The Rig

*** Test Cases ***
The Ceiling Of This Machine Is Found
    [Documentation]    PASS
    ${ceiling} =    Calibrate Load Generator    duration=500 ms
    Should Be True    ${ceiling} > 100
    Sustain 50 Requests Per Second On Quick    duration=1 s    name=Below The Ceiling
    Get Metric    max    Quick

A Ramp Is Sent
    [Documentation]    PASS
    Ramp From 0 To 100 Requests Per Second On Quick    over=2 s    hold=1 s    name=Opening
    Get Metric    max    Quick

Steps Are Sent After A Warm-Up
    [Documentation]    PASS
    Step From 40 To 80 Requests Per Second In 2 Steps On Quick    every=1 s    warm_up=1 s    name=Steps
    Get Metric    max    Quick

Random Arrivals Are Sent
    [Documentation]    PASS
    Sustain 100 Requests Per Second On Quick    duration=1 s    arrivals=random    name=Random
    Get Metric    p95    Quick

As Much As It Takes Is Sent
    [Documentation]    PASS
    Send As Fast As Possible On Quick, Slow    workers=2    duration=1 s    warm_up=500 ms    name=Closed
    Get Metric    achieved rate

What Has No Target Cannot Meet It
    [Documentation]    FAIL INCONCLUSIVE: Achieved rate was not measured; *: load as fast as possible has no target;
    ...                give a rate, as in achieved rate >= 100/s, or send a rate with Sustain …
    Send As Fast As Possible On Slow    workers=2    duration=500 ms    name=Closed Again
    Verify Achieved Rate At Least 98 % Of Target

A Load Is Stopped When Its Condition Is Met
    [Documentation]    FAIL INCONCLUSIVE: Maximum response time of Slow was *: the run was cut short: its stop condition
    ...                was met: p50 > 10 ms for 1 s (Slow)
    Stop Load When    error rate > 50 % for 10 s
    Stop Load When    p50 > 10 ms for 1 s
    Sustain 50 Requests Per Second On Slow    duration=30 s    name=Stopped
    Verify Maximum Below 10 s

A Condition Of Another Test Stops Nothing
    [Documentation]    PASS
    Sustain 50 Requests Per Second On Slow    duration=2 s    name=Not Stopped
    Get Metric    max    Slow

A Mix Is Sent
    [Documentation]    PASS
    Sustain 60 Requests Per Second Mixed From 5 Quick, 1 Slow    duration=1 s    name=Mixed
    Get Metric    max    Slow

A Mix Without Its Parts Is Refused
    [Documentation]    FAIL mix='Quick, 1 Slow' has no number above 0 before 'Quick': write for example 6 Products,
    ...                3 Orders, 1 Create Order.
    Sustain 60 Requests Per Second Mixed From Quick, 1 Slow

A Burst Is Sent
    [Documentation]    PASS
    Burst To 5 Times 40 Requests Per Second On Quick    duration=1 s    around=4 s    name=Burst
    Verify Return To Normal Within 4 s
    Verify Error Rate Below 5 %    during=before
    Verify Degradation Below 1000 Times

A Burst That Is None Is Refused
    [Documentation]    FAIL factor='1' is no burst: write a number above 1, like 10.
    Burst To 1 Times 40 Requests Per Second On Quick

Load Goes On While Something Else Is Done
    [Documentation]    PASS
    Start Load    Sustain 50 Requests Per Second On Quick    duration=1 s    name=Behind
    Sustain 20 Requests Per Second On Slow    duration=500 ms    name=Beside
    Get Metric    max    Slow
    Wait Until Load Ends    Behind
    Get Metric    max    Quick

Loads Are Begun By A Keyword Of The Suite's Own
    [Documentation]    PASS
    Start Load    Sustain Both Of Them
    Get Metric    max    Slow    run=Two

Load Is Ended When It Has Done Its Duty
    [Documentation]    PASS
    Start Load    Sustain 50 Requests Per Second On Quick    duration=1 h    name=Ended
    Sleep    1 s
    Stop Load
    Verify Achieved Rate At Least 90 % Of Target

Load That Goes On Is Not Judged
    [Documentation]    FAIL The load run Going has not ended: write `Wait Until Load Ends` or `Stop Load` before what
    ...                judges it.
    Start Load    Sustain 50 Requests Per Second On Quick    duration=1 h    name=Going
    Verify Error Rate Below 1 %

What Sends No Load Cannot Be Started
    [Documentation]    FAIL sentence='Log' sends no load: write a load sentence, like Sustain 1000 Requests Per
    ...                Minute On Products.
    Start Load    Log    Nothing

Nothing Goes On That Could Be Waited For
    [Documentation]    FAIL No load goes on in the background: begin one with `Start Load    …`.
    Wait Until Load Ends

Each Of Them Can Be Shown And Sends Nothing
    [Documentation]    PASS
    Show Load Plan    Ramp From 10 To 0 Requests Per Second On Quick    over=10 s
    Show Load Plan    Step From 1 To 9 Requests Per Hour In 3 Steps On Quick    every=1 h    arrivals=random
    Show Load Plan    Sustain 10 Requests Per Second On Quick, Slow    duration=1 s    warm_up=1 min
    Show Load Plan    Send As Fast As Possible On Quick    duration=1 s

*** Keywords ***
Sustain Both Of Them
    [Documentation]    Begins one load by itself, and then another: neither is waited for.
    Start Load    Sustain 50 Requests Per Second On Quick    duration=1 h    name=One
    ${before} =    Evaluate    time.monotonic()
    Sustain 50 Requests Per Second On Slow    duration=8 s    name=Two
    ${after} =    Evaluate    time.monotonic()
    Should Be True    ${after} - ${before} < 6    A load was waited for that was to be begun.
    Stop Load    Two
    Stop Load    One

Point At The Rig
    [Documentation]    One quick endpoint, and one that takes a while.
    Use Server    ${RIG}
    Define Endpoint    Quick    GET    /ok
    Define Endpoint    Slow    GET    /delay/20
