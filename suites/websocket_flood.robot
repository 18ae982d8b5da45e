*** Settings ***
Documentation       All tills keep a live channel to the shop: opened one by one, held, and back after an outage.
Resource            ../resources/point_of_sale.resource

*** Variables ***
${LIVE_CHANNEL}     /api/ws

*** Test Cases ***
Every Till Stays Connected And Hears From The Shop
    [Documentation]    Tills open up one after the other, talk to the shop, and lose it all at once.
    [Metadata]    Requirement    LIVE-1
    [Metadata]    Owner    Retail Operations
    Open ${TILLS}[${PROFILE}] WebSocket Connections To ${LIVE_CHANNEL}    over=${OPENING}[${PROFILE}]
    ...    hold=${DAY}[${PROFILE}]    messages=${TALK}[${PROFILE}]    reconnect=${COMEBACK}[${PROFILE}]
    ...    name=Tills
    Verify Refused Connections Below 0.1 %
    Verify Dropped Connections Below 0.1 %
    Verify Sustained Connections At Least ${TILLS}[${PROFILE}]
    Verify P95 Of WebSocket Connections Below 1 s
    Verify P95 Of WebSocket Messages Below 200 ms
    Verify No Message Was Lost
    Verify No Message Was Answered Twice
    Verify Messages Kept Their Order

Every Till Is Back Soon After An Outage
    [Documentation]    When the network failed, all tills came back at the same moment.
    [Metadata]    Requirement    LIVE-2
    [Metadata]    Owner    Retail Operations
    Verify Reconnected Within ${COMEBACK}[${PROFILE}]    run=Tills

The Shop Has Counted The Same
    [Documentation]    The server's own counters: each till came twice, was lost once, and said goodbye once.
    [Metadata]    Requirement    LIVE-3
    [Metadata]    Owner    Platform Team
    The Reference API Must Be Under Test
    ${shop} =    Get Counters Of The Reference API    websocket
    ${tills} =    Get Metric    held connections    run=Tills
    Should Be Equal As Integers    ${shop}[opened]    ${2 * ${tills}}
    Should Be Equal As Integers    ${shop}[closed][1000]    ${tills}
    Should Be Equal As Integers    ${shop}[closed][1006]    ${tills}
    Should Be Equal As Integers    ${shop}[messages_in]    ${shop}[messages_out]
