*** Settings ***
Documentation       Loads with a token that does not last; `test_signed_in.py` asks the server what it got.
Library             ApiLoadLibrary
Suite Setup         Sign In At The Reference API

*** Test Cases ***
A Plan Alone
    [Documentation]    It would take longer than the token lasts; nobody signs in for it.
    Show Load Plan    Sustain 10 Requests Per Second On Products    duration=1 min

A Token That Was Given
    [Documentation]    It may run out before the last answer has come, and a warning says so.
    ${token} =    Sign In    POST    /api/auth/login    json=${LOGIN}    use=${False}
    Use Bearer Token    ${token}
    Sustain 10 Requests Per Second On Products    duration=500 ms    name=Too long

A Token That Is Got Again
    [Documentation]    The server of the suite's setup is pointed at anew, and the token stays.
    Use Server    ${ADDRESS}    timeout=1 s
    Sustain 10 Requests Per Second On Products    duration=500 ms

*** Keywords ***
Sign In At The Reference API
    [Documentation]    With a token that lasts ten seconds.
    Use Server    ${ADDRESS}
    Define Endpoint    Products    GET    /api/products
    VAR    &{LOGIN}    username=till-1    password=flat-white-please    scope=SUITE
    Sign In    POST    /api/auth/login    json=${LOGIN}
