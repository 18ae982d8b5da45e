*** Settings ***
Documentation       A suite whose setup and teardown fail with a secret; see `test_secrets.py`.
Library             ApiLoadLibrary
Suite Setup         Fail With The Token    setup
Suite Teardown      Fail With The Token    teardown

*** Variables ***
${TOKEN: Secret}    %{PLANTED}

*** Test Cases ***
Is Not Run
    [Documentation]    Its suite's setup has failed.
    No Operation

*** Keywords ***
Fail With The Token
    [Documentation]    The library knows the token by then.
    [Arguments]    ${when}
    Use Bearer Token    ${TOKEN}
    Fail    ${when} told ${TOKEN.value}
