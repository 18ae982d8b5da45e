*** Settings ***
Documentation       Comes after a suite that has defined an endpoint of its own.
Library             ApiLoadLibrary

*** Test Cases ***
The Common One Is As It Was
    [Documentation]    PASS
    Sustain 20 Requests Per Second On Each Endpoint    duration=500 ms    name=Common

Another Suite's Is Unknown
    [Documentation]    FAIL *There is no endpoint 'Own'. There is: Common.
    Sustain 20 Requests Per Second On Own    duration=500 ms
