*** Settings ***
Documentation       A suite that knows RequestsLibrary alone; `test_timing.py` listens to it.
Library             RequestsLibrary
Suite Setup         Open Sessions

*** Test Cases ***
Waits
    [Documentation]    A hundred answers, each after a time that the server knows.
    VAR    ${session}    waits
    Repeat Keyword    100    GET On Session    ${session}    /wait/4

What Was Asked For Is No Error
    GET On Session    shop    /status/404    expected_status=404
    GET On Session    alias=shop    url=/status/503    expected_status=503
    POST On Session    shop    /status/201    data=text
    GET On Session    shop    /moved/302
    GET    ${RIG}/ok

What Went Wrong Is One
    Run Keyword And Expect Error    *    GET On Session    shop    /status/404
    Run Keyword And Expect Error    *    GET On Session    shop    /reset
    Run Keyword And Expect Error    *    GET On Session    shop    /silent    timeout=0.2
    GET On Session    shop    /status/500    expected_status=any

What Never Left Is No Request
    Run Keyword And Expect Error    *    GET On Session    shop    url=nonsense://x
    Run Keyword And Expect Error    *    GET    not a url

A Failure Quotes An Address
    GET On Session    shop    /status/418    params=key=kept-to-oneself

A Test Gives Up
    [Timeout]    0.5 s
    GET On Session    shop    /silent

*** Keywords ***
Open Sessions
    [Documentation]    One for each server.
    Create Session    waits    ${WAITS}
    Create Session    shop    ${RIG}    max_retries=0
