*** Settings ***
Documentation       Slips in literal criteria, each found when its test starts: no load is sent here.
...
...                 Run and compared by `test_robot_suites.py`, like `verdicts.robot`.
Library             ApiLoadLibrary
Suite Setup         Know One Endpoint

*** Test Cases ***
Several Slips At Once
    [Documentation]    FAIL Criterion 'P95 of Quik < 50 ms' cannot be read at 'Quik': there is no endpoint 'Quik'.
    ...                Did you mean 'Quick'? There is: Quick. Criterion 'eror rate < 5 %' cannot be read at 'eror':*
    ...                'p95 of Quick < 5' cannot be read at '5': '5' has no unit*Criterion 'P90 < 5 ms in every 10'
    ...                cannot be read at '10'*
    Sustain 10 Requests Per Second On Quick    duration=1 s
    Verify P95 Of Quik Below 50 ms
    Verify Criterion    eror rate < 5 %
    Verify Criteria    p95 of Quick < 5    error rate < 1 %
    Then Verify P90 Below 5 ms    in_every=10

Within A Control Structure
    [Documentation]    FAIL Criterion 'share of 600s < 1 %' cannot be read at '600s': write a status like
    ...                429 or 5xx, or*
    Sustain 10 Requests Per Second On Quick    duration=1 s
    IF    $RIG
        TRY
            ApiLoadLibrary.Verify Share Of 600s Below 1 %
        EXCEPT    anything
            No Operation
        END
    END

Before A Setup That Sends Load
    [Documentation]    FAIL Setup failed: Criterion 'error rate > 50 %' cannot be read at its end: say how long it
    ...                may go on, and nothing else: … for 10 s.
    [Setup]    Sustain 10 Requests Per Second On Quick    duration=1 s
    Stop Load When    error rate > 50 %

An Endpoint That Its Own Test Defines Is Known
    [Documentation]    FAIL Criterion 'P95 of Shops < 5 ms' cannot be read at 'Shops': there is no endpoint 'Shops'.
    ...                Did you mean 'Shop'? There is: Quick, Orders, Shop.
    Define Endpoint    Orders    GET    /ok    group=Shop
    Sustain 10 Requests Per Second On Orders    duration=1 s
    Verify P95 Of Orders Below 5 ms
    Verify P95 Of Shop Below 5 ms
    Verify P95 Of Shops Below 5 ms

What Another Keyword May Define Is Not Refused
    [Documentation]    FAIL No load run has been made in this test*
    Know Another Endpoint
    Verify P95 Of Another Below 5 ms

What Holds A Variable Is Read When It Runs
    [Documentation]    FAIL No load run has been made in this test*
    VAR    ${name}    Quick
    Verify P95 Of ${name} Below 5 ms

*** Keywords ***
Know One Endpoint
    [Documentation]    It is never sent anything.
    Use Server    ${RIG}
    Define Endpoint    Quick    GET    /ok

Know Another Endpoint
    [Documentation]    A keyword of the suite's own, that nobody has looked into.
    Define Endpoint    Another    GET    /ok
