*** Settings ***
Documentation       The same as `slips.robot` where the library has another name.
Library             ApiLoadLibrary    AS    Perf
Suite Setup         Know One Endpoint

*** Test Cases ***
Under Another Name
    [Documentation]    FAIL Criterion 'P50 < 5' cannot be read at '5': '5' has no unit*Criterion 'eror rate < 1 %'*
    Sustain 10 Requests Per Second On Quick    duration=1 s
    Perf.Verify P50 Below 5
    Verify Criterion    eror rate < 1 %

*** Keywords ***
Know One Endpoint
    [Documentation]    It is never sent anything.
    Use Server    ${RIG}
    Define Endpoint    Quick    GET    /ok
