*** Settings ***
Documentation       WebSocket connections, opened well and badly, and each sentence that judges them.
...
...                 Run and compared by `test_robot_sockets.py`, like `verdicts.robot`.
Library             ApiLoadLibrary
Suite Setup         Point At The Rig

*** Test Cases ***
A Healthy Server Holds All
    [Documentation]    PASS
    Open 100 WebSocket Connections To /echo    over=1 s    hold=2 s    messages=200/s    reconnect=3 s    name=Healthy
    Verify Refused Connections Below 1 %
    Verify Dropped Connections Below 1 %
    Verify Sustained Connections At Least 100
    Verify Sustained Connections At Least 99.9 %
    Verify No Message Was Lost
    Verify No Message Was Answered Twice
    Verify Messages Kept Their Order
    Verify Reconnected Within 3 s
    Verify P95 Of WebSocket Connections Below 2 s
    Verify P95 Of WebSocket Messages Below 2 s
    Verify Error Rate Below 2 %
    Verify Error Rate Below 5 %    during=reconnect

Connections Are Judged In Other Tests Too
    [Documentation]    PASS
    Verify P95 Of WebSocket Connections Below 2 s    run=Healthy
    Verify Criterion    dropped connections <= 0 %    run=Healthy

Refused Connections Fail
    [Documentation]    FAIL Several failures occurred:
    ...
    ...                1) Share of refused connections was 25 %; the limit is 1 % (5 of 20 connections): 5 × status 503
    ...
    ...                2) Share of sustained connections was 75 %; at least 99 % is required (15 of 20 for 1 s):
    ...                refused: 5 × status 503
    ...
    ...                3) Number of sustained connections was 15; at least 20 is required (15 of 20 for 1 s): refused:
    ...                5 × status 503
    Open 20 WebSocket Connections To /refuse/503/4    over=200 ms    hold=1 s
    Verify Refused Connections Below 1 %
    Verify Sustained Connections At Least 99 %
    Verify Sustained Connections At Least 20

Dropped Connections Fail, And So Does What Could Not Be Sent
    [Documentation]    FAIL Several failures occurred:
    ...
    ...                1) Share of dropped connections was 100 %; the limit is 1 % (20 of 20 connections): 20 × closed
    ...                by the server (code 1012)
    ...
    ...                2) Error rate of WebSocket Messages was 60 %; the limit is 1 % (*): 60 × never sent: no
    ...                connection
    ...                was open (server)
    Open 20 WebSocket Connections To /close/1012/2    over=200 ms    hold=1 s    messages=100/s
    Verify Dropped Connections Below 1 %
    Verify Error Rate Of WebSocket Messages Below 1 %

Lost, Doubled And Swapped Messages Fail
    [Documentation]    FAIL Several failures occurred:
    ...
    ...                1) Share of lost messages was 20 %; at most 0 % is allowed (20 of 100 messages): 20 × no answer
    ...                in time
    ...
    ...                2) Share of messages that were answered twice was 50 %; at most 0 % is allowed (50 of 100
    ...                messages)
    ...
    ...                3) Share of messages that were answered out of order was 30 %; at most 0 % is allowed (30 of
    ...                100 messages)
    Open 10 WebSocket Connections To /lose/5    over=200 ms    hold=1 s    messages=100/s
    Verify No Message Was Lost
    Open 10 WebSocket Connections To /duplicate/2    over=200 ms    hold=1 s    messages=100/s
    Verify No Message Was Answered Twice
    Open 10 WebSocket Connections To /reorder/3    over=200 ms    hold=1 s    messages=10/s each
    Verify Messages Kept Their Order

Who Does Not Come Back Fails
    [Documentation]    FAIL Reconnect time was never reached; at most 1 s is allowed: 5 of 20 came back; 15 × status 429
    Open 20 WebSocket Connections To /not-again/25    over=200 ms    hold=1 s    reconnect=1 s
    Verify Reconnected Within 1 s

What Was Not Tried Is Inconclusive
    [Documentation]    FAIL Several failures occurred:
    ...
    ...                1) INCONCLUSIVE: Share of lost messages was not measured; at most 0 % is allowed: no message
    ...                was to be sent: write messages=
    ...
    ...                2) INCONCLUSIVE: Reconnect time was not measured; at most 1 s is allowed: this load does not
    ...                show it: it is found by `Open … WebSocket Connections To …`
    ...
    ...                3) INCONCLUSIVE: Share of dropped connections was not measured; the limit is 1 %: no connection
    ...                could be opened
    Open 5 WebSocket Connections To /echo    over=200 ms    hold=1 s
    Verify No Message Was Lost
    Verify Reconnected Within 1 s
    Open 5 WebSocket Connections To /refuse/401/1    over=200 ms    hold=1 s
    Verify Dropped Connections Below 1 %

Other Load Has No Connections
    [Documentation]    FAIL INCONCLUSIVE: Share of dropped connections was not measured; the limit is 1 %: this load
    ...                does not
    ...                show it: it is found by `Open … WebSocket Connections To …`
    Define Endpoint    Plain    GET    /counts
    Sustain 10 Requests Per Second On Plain    duration=1 s
    Verify Dropped Connections Below 1 %

It Goes On In The Background
    [Documentation]    PASS
    Start Load    Open 10 WebSocket Connections To /echo    over=200 ms    hold=1 h    messages=100/s    name=Behind
    Sleep    2 s    Messages are sent meanwhile.
    Stop Load
    Verify No Message Was Lost    run=Behind
    Verify P95 Of WebSocket Messages Below 2 s    run=Behind

A Plan Is Shown And Nothing Is Opened
    [Documentation]    PASS
    Show Load Plan    Open 5,000 WebSocket Connections To /shown    over=10 s    messages=200/s

The Token Goes Where It Is Wanted
    [Documentation]    PASS
    Use Bearer Token    open-sesame
    Open 3 WebSocket Connections To /echo    over=200 ms    hold=1 s    name=In The Header
    Open 3 WebSocket Connections To /echo    over=200 ms    hold=1 s    token_in=access_token    name=In The Address
    Verify Refused Connections Below 1 %

Headers And A Subprotocol Are Sent
    [Documentation]    PASS
    VAR    &{headers}    Origin=https://shop.example
    Open 3 WebSocket Connections To /subprotocol    over=200 ms    hold=1 s    subprotocol=till.v1    headers=${headers}
    Verify Refused Connections Below 1 %

A Broken Number Of Connections
    [Documentation]    FAIL count=2.5 connections cannot be opened: write a whole number.
    Open 2.5 WebSocket Connections To /echo

Too Many Connections
    [Documentation]    FAIL count=1000000 must be from 1 to 100,000.
    Open 1,000,000 WebSocket Connections To /echo

A Path That Is None
    [Documentation]    FAIL Path 'echo' of endpoint 'WebSocket Connections' must start with '/' (or be a whole URL) and
    ...                hold no spaces.
    Open 5 WebSocket Connections To echo

Another Server
    [Documentation]    FAIL Nothing is sent to http://127.0.0.1:1: it is not an allowed origin. Allowed: *
    Open 5 WebSocket Connections To ws://127.0.0.1:1/echo

A Rate Of Messages Without A Time
    [Documentation]    FAIL *'messages' got value '200'*'200' does not say per what: write for example 200/min.
    Open 5 WebSocket Connections To /echo    messages=200

Messages That Cannot Be Told Apart
    [Documentation]    FAIL message='hello' must hold {{id}}, by which its answer is known: write it where the server
    ...                sends it back, or reply=False if it does not.
    Open 5 WebSocket Connections To /echo    messages=10/s    message=hello

A Hold Of Nothing
    [Documentation]    FAIL hold='0 s' is too short: write 100 ms or longer.
    Open 5 WebSocket Connections To /echo    hold=0 s

A Storm Against The Cap
    [Documentation]    FAIL reconnect='1 s' opens all connections at once, and max_rate=100/s forbids that: leave one of
    ...                them out.
    [Setup]    Configure Load    max_rate=100/s
    Open 5 WebSocket Connections To /echo    reconnect=1 s

A Ramp Against The Cap
    [Documentation]    FAIL over='100 ms' is more than max_rate=100/s allows: write less, or raise it.
    Open 50 WebSocket Connections To /echo    over=100 ms

A Share Without Its Sign
    [Documentation]    FAIL Criterion 'held connections >= most' cannot be read at 'most': 'most' is not a number like
    ...                1000, 1,000 or 16.7. Number of sustained connections takes a number like 5.
    Verify Sustained Connections At Least most

A Slip In A Sentence Is Found Before Anything Is Opened
    [Documentation]    FAIL Criterion 'refused connections < 1' cannot be read at '1': '1' is not a percentage: write
    ...                for
    ...                example 1 % or 0.5 %. Share of refused connections takes a percentage like 1 %.
    Open 5 WebSocket Connections To /never
    Verify P95 Of WebSocket Connections Below 1 s
    Verify Refused Connections Below 1

*** Keywords ***
Point At The Rig
    [Documentation]    All connections go to the WebSocket server of the tests.
    Use Server    ${RIG}    timeout=1 s
