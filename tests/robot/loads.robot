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

Each Of Them Can Be Shown And Sends Nothing
    [Documentation]    PASS
    Show Load Plan    Ramp From 10 To 0 Requests Per Second On Quick    over=10 s
    Show Load Plan    Step From 1 To 9 Requests Per Hour In 3 Steps On Quick    every=1 h    arrivals=random
    Show Load Plan    Sustain 10 Requests Per Second On Quick, Slow    duration=1 s    warm_up=1 min
    Show Load Plan    Send As Fast As Possible On Quick    duration=1 s

*** Keywords ***
Point At The Rig
    [Documentation]    One quick endpoint, and one that takes a while.
    Use Server    ${RIG}
    Define Endpoint    Quick    GET    /ok
    Define Endpoint    Slow    GET    /delay/20
