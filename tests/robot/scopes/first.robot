*** Settings ***
Documentation       Defines an endpoint of its own, and the common one anew.
Library             ApiLoadLibrary
Suite Setup         Define What Is Known Here

*** Test Cases ***
Both Are Known Here
    [Documentation]    PASS
    Sustain 20 Requests Per Second On Each Endpoint    duration=500 ms    name=Both

*** Keywords ***
Define What Is Known Here
    [Documentation]    The common one gets another path.
    Define Endpoint    Own    GET    /status/204    expect=204
    Define Endpoint    Common    GET    /delay/1
