*** Settings ***
Documentation       The doors under full load: who may come in does, and nobody else.
Resource            ../resources/point_of_sale.resource

*** Test Cases ***
Nobody Gets In Without A Right While The Shop Is Full
    [Documentation]    Strangers without a token, with a forged or unsigned one, and with one that has run out.
    [Metadata]    Requirement    SEC-1
    [Metadata]    Owner    Security
    ${old} =    A Token That Has Run Out
    Start Load    Sustain 1000 Requests Per Minute On Each Endpoint    duration=${FULL_HOUSE}[${PROFILE}]
    ...    name=Full house
    Send Strangers To ${PROTECTED}    expired=${old}    duration=${STRANGERS}[${PROFILE}]
    Verify No Stranger Was Admitted
    Verify Error Rate Below 1 %
    Wait Until Load Ends
    Verify Error Rate Below 1 %    run=Full house
