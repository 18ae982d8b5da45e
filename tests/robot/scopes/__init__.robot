*** Settings ***
Documentation       What a suite defines is known below it, and ends with it.
Library             ApiLoadLibrary
Suite Setup         Define What All Suites Know

*** Variables ***
${RIG}              ${EMPTY}

*** Keywords ***
Define What All Suites Know
    [Documentation]    One endpoint, known in each suite below.
    Use Server    ${RIG}
    Define Endpoint    Common    GET    /ok
