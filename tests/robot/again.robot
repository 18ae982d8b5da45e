*** Settings ***
Documentation       A requirement that is missed at first; `test_reruns.py` runs it again.
Library             ApiLoadLibrary
Suite Setup         Use Server    ${RIG}    timeout=5 s

*** Variables ***
${LIMIT}            0.001 ms

*** Test Cases ***
Met At Once
    [Documentation]    Passes.
    Send A Little Load
    Verify Error Rate Below 50 %    confidence=point estimate
    Verify P50 Below 2 s    confidence=point estimate

Met When Tried Again
    [Documentation]    Passes, if the limit is one that can be met.
    Send A Little Load
    Verify P50 Below ${LIMIT}    confidence=point estimate

Cannot Be Decided
    [Documentation]    Too few requests to tell.
    Send A Little Load
    Verify Error Rate Below 0.1 %

Stumbles Beside Its Criterion
    [Documentation]    No verdict is to be read from it.
    Send A Little Load
    Verify P50 Below 2 s    confidence=point estimate
    Fail    The kettle is cold.

Judges Nothing
    [Documentation]    Has nothing to do with load.
    No Operation

*** Keywords ***
Send A Little Load
    [Documentation]    Fifty requests a second.
    Define Endpoint    Quick    GET    /ok
    Sustain 50 Requests Per Second On Quick    duration=600 ms    name=Load
