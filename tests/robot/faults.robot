*** Settings ***
Documentation       A bad line between load and server, used well and badly.
Library             ApiLoadLibrary
Suite Setup         Point At The Rig

*** Variables ***
${RIG}              ${EMPTY}

*** Test Cases ***
A Cut Line Is Survived
    [Documentation]    PASS
    Start Fault Proxy
    Start Measuring Recovery Of Products    stable=1 s    name=Cut
    Sleep    1500 ms    reason=All is well.
    Cut The Connection
    Sleep    1 s    reason=The fault lasts.
    Heal
    Stop Measuring Recovery    observe=2 s
    Verify Recovery Within 500 ms
    Verify Criterion    errors under overload of the run > 80 %
    Verify Residual Errors Below 1 %

The Proxy Has Ended With Its Test
    [Documentation]    FAIL No fault proxy is there: write `Start Fault Proxy` first.
    Heal

Each Kind Of Trouble Does What It Says
    [Documentation]    PASS
    Start Fault Proxy
    Add Latency Of 100 ms    jitter=20 ms
    Sustain 100 Requests Per Second On Products    duration=500 ms    name=Slow
    Verify Criterion    p50 of Products > 80 ms as point estimate    run=Slow
    Heal
    Limit Bandwidth To 10 kB/s
    Sustain 100 Requests Per Second On Large    duration=500 ms    name=Narrow
    Verify Criterion    error rate > 99 % as point estimate    run=Narrow
    [Teardown]    Stop Fault Proxy

Each Kind Of End Does What It Says
    [Documentation]    PASS
    Start Fault Proxy
    Reset Connections
    Sustain 100 Requests Per Second On Products    duration=500 ms    name=Reset
    Verify Criterion    error rate > 99 % as point estimate    run=Reset
    Heal
    Let Connections Hang    close_after=100 ms    stream=upstream
    Delay Closing By 10 ms
    Sustain 100 Requests Per Second On Products    duration=500 ms    name=Hung
    Verify Criterion    error rate > 99 % as point estimate    run=Hung
    Heal
    Close Connections After 10 B
    Sustain 100 Requests Per Second On Products    duration=500 ms    name=Cut Short
    Verify Criterion    error rate > 99 % as point estimate    run=Cut Short
    Heal
    Sustain 300 Requests Per Second On Products    duration=2 s    name=Well
    Verify Error Rate Below 1 %    run=Well

Two Proxies Are One Too Many
    [Documentation]    FAIL A fault proxy is there already: end it with `Stop Fault Proxy` first.
    Start Fault Proxy
    Start Fault Proxy

It Stands Only Where Load May Go
    [Documentation]    FAIL *http://elsewhere.example*
    Start Fault Proxy    http://elsewhere.example

Jitter Is Part Of Latency
    [Documentation]    FAIL jitter=300 ms must be no longer than the latency of 200 ms.
    Start Fault Proxy
    Add Latency Of 200 ms    jitter=300 ms

Requests Cannot Go Through It
    [Documentation]    FAIL The fault proxy stands only between a server and load with transport=http1, without
    ...    actions: set that in `Configure Load`, or end it with `Stop Fault Proxy`.
    Start Fault Proxy
    Configure Load    transport=requests
    Sustain 50 Requests Per Second On Products    duration=500 ms
    [Teardown]    Configure Load    transport=http1

*** Keywords ***
Point At The Rig
    [Documentation]    A short time-out: what hangs is given up soon.
    Use Server    ${RIG}    timeout=300 ms
    Define Endpoint    Products    GET    /ok
    Define Endpoint    Large    GET    /large
