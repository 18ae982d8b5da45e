*** Settings ***
Documentation       Ways for a session to end; `test_session_ends.py` runs one test at a time.
Library             ApiLoadLibrary

*** Test Cases ***
Judged
    [Documentation]    A run that is judged, and passes.
    [Metadata]    Requirement    PERF-9
    [Metadata]    Owner    Somebody
    [Metadata]    Clause    4.2
    Send Load For    2 s
    Verify P95 Below 2 s
    Verify Error Rate Below 5 %

Not Judged
    [Documentation]    A run that nobody judges.
    Send Load For    300 ms

Held Up
    [Documentation]    A run that takes longer than the test may.
    [Timeout]    3 s
    Send Load For    60 s
    Verify P95 Below 2 s

Patient
    [Documentation]    A run that goes on until somebody ends it.
    Send Load For    60 s
    Verify P95 Below 2 s

Hanging
    [Documentation]    Calls that never return, until somebody ends them.
    Use Server    ${RIG}    timeout=1 min
    Define Action    Hang    rig.actions:visit_and_hang
    Sustain 20 Requests Per Second On Hang    duration=60 s    workers=5

Meanwhile
    [Documentation]    Load in the background of something that takes long.
    Use Server    ${RIG}    timeout=5 s
    Define Endpoint    Quick    GET    /ok
    Start Load    Sustain 50 Requests Per Second On Quick    duration=60 s    name=Load
    Sleep    60 s

Left Aside
    [Documentation]    A test that leaves itself out.
    Skip    There is nothing to test today.

Cannot Sign In
    [Documentation]    Fails before there is any load.
    Use Server    ${RIG}
    Sign In    POST    /status/401    json={}

Fails Beside Its Criteria
    [Documentation]    Its criterion passes, but something else does not.
    Send Load For    2 s
    Verify P95 Below 2 s
    Fail    The kettle is cold.

*** Keywords ***
Send Load For
    [Documentation]    Fifty requests a second.
    [Arguments]    ${duration}
    Use Server    ${RIG}    timeout=5 s
    Define Endpoint    Quick    GET    /ok
    Sustain 50 Requests Per Second On Quick    duration=${duration}    name=Load
