*** Settings ***
Documentation       Slips in literal criteria, each found when its test starts: no load is sent here.
...
...                 Run and compared by `test_robot_suites.py`, like `verdicts.robot`.
Library             ApiLoadLibrary
Resource            files${/}like_ours.resource
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
        FINALLY
            No Operation
        END
    END

Before A Setup That Sends Load
    [Documentation]    FAIL Criterion 'error rate > 50 %' cannot be read at its end: say how long it may go on,
    ...                and nothing else: … for 10 s.
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

What A Keyword Of The Suite Defines Is Known
    [Documentation]    FAIL Criterion 'P95 of Others < 5 ms' cannot be read at 'Others': there is no endpoint 'Others'.
    ...                Did you mean 'Another'? There is: Quick, Another.
    Know Another Endpoint
    Sustain 10 Requests Per Second On Another    duration=1 s
    Verify P95 Of Another Below 5 ms
    Verify P95 Of Others Below 5 ms

What A Keyword Of The Suite Gets Wrong Is Found
    [Documentation]    FAIL There is no endpoint 'Qick'. Did you mean 'Quick'? There is: Quick.
    Sustain 10 Requests Per Second On Quick    duration=1 s
    Send What There Is Not

What Another Library May Define Is Not Refused
    [Documentation]    FAIL No load run has been made in this test*
    Evaluate    None
    Verify P95 Of Whatever Below 5 ms

What Holds A Variable Is Read When It Runs
    [Documentation]    FAIL No load run has been made in this test*
    VAR    ${name}    Quick
    Verify P95 Of ${name} Below 5 ms

Where A Test Goes On After A Failure
    [Documentation]    FAIL Criterion 'P50 < 5' cannot be read at '5': '5' has no unit*
    [Tags]    robot:continue-on-failure
    Sustain 10 Requests Per Second On Quick    duration=1 s
    Verify P50 Below 5

In A Template
    [Documentation]    FAIL Criterion 'P50 < 5' cannot be read at '5': '5' has no unit*
    [Template]    Run Keyword
    Sustain 10 Requests Per Second On Quick    duration=1 s
    Verify P50 Below 5

How Sure To Be
    [Documentation]    FAIL confidence='very': 'very' is not a percentage: write for example 1 % or 0.5 %. Or write
    ...                point estimate.
    Sustain 10 Requests Per Second On Quick    duration=1 s
    Verify P50 Below 5 s    confidence=very

Within What Runs Keywords
    [Documentation]    FAIL Criterion 'P50 < 1' cannot be read at '1':*Criterion 'P50 < 2' cannot be read at '2':*
    ...                Criterion 'P50 < 3' cannot be read at '3':*Criterion 'P50 < 4' cannot be read at '4':*
    ...                Criterion 'P50 < 5' cannot be read at '5':*Criterion 'P50 < 6' cannot be read at '6':*
    ...                Criterion 'eror rate < 7 %' cannot be read at 'eror':*
    Sustain 10 Requests Per Second On Quick    duration=1 s
    Run Keyword    Verify P50 Below 1
    # robocop: off=DEPR08  - suites use it still
    Run Keyword If    $RIG == ''    Verify P50 Below 2    ELSE IF    $RIG    Verify P50 Below 3
    ...    ELSE    Verify P50 Below 4
    Run Keywords    No Operation    Verify P50 Below 5
    Run Keywords    No Operation    AND    Run Keyword And Continue On Failure    Verify P50 Below 6
    Wait Until Keyword Succeeds    2x    1 s    Verify Criterion    eror rate < 7 %

What Robot Cannot Call Is For Robot To Say
    [Documentation]    FAIL Keyword 'ApiLoadLibrary.Verify ${metric} Below ${limit}' expected 0 non-named arguments,
    ...                got 1.
    Verify P50 Below 5 s    10 s

A Sentence Without What It Needs Is For Robot To Say
    [Documentation]    FAIL Keyword 'ApiLoadLibrary.Verify Criterion' expected 1 non-named argument, got 0.
    Verify Criterion

Named Arguments And Escapes Are Read As Robot Reads Them
    [Documentation]    FAIL *1) No load run has been made in this test*2) No load run*3) No load run*4) No load run*
    [Tags]    robot:continue-on-failure
    Define Endpoint    name=Named    method=GET    path=/ok    group=Named Ones
    Verify P95 Of Named Below 5 ms
    Verify P95 Of Named Ones Below 5 ms
    Verify Criterion    criterion=p50 of Quick < 1 s
    Verify Criteria    p50 of Quick \< 1 s    error rate <\= 50 %

Keywords Of The Suite And Its Resources Go Before Ours
    [Documentation]    PASS
    Verify CPU Below Alarm Level
    Then Verify Error Rate Below What Is Usual

A Failure That A Test Waits For Is No Slip
    [Documentation]    PASS
    Run Keyword And Expect Error    *cannot be read at 'eror'*    Verify Criterion    eror rate < 1 %
    TRY
        Verify Criterion    eror rate < 1 %
    EXCEPT    *cannot be read at 'eror'*    type=GLOB
        No Operation
    END

*** Keywords ***
Verify CPU Below Alarm Level
    [Documentation]    A business keyword that looks like a sentence.
    No Operation

Know One Endpoint
    [Documentation]    It is never sent anything.
    Use Server    ${RIG}
    Define Endpoint    Quick    GET    /ok

Know Another Endpoint
    [Documentation]    It is never sent anything either.
    Define Endpoint    Another    GET    /ok

Send What There Is Not
    [Documentation]    Looked into as if it stood in the test.
    IF    $RIG    Sustain 10 Requests Per Second On Qick    duration=1 s
