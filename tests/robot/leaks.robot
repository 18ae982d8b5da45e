*** Settings ***
Documentation       Secrets in every place where there can be one; `test_leaks.py` looks for them in all files.
Library             ApiLoadLibrary
Library             RequestsLibrary
Suite Setup         Point At The Doors

*** Variables ***
${HEADER: Secret}           %{PLANT_HEADER}
${PATH: Secret}             /echo/%{PLANT_PATH}?pin=%{PLANT_QUERY}
${JSON: Secret}             %{PLANT_JSON}
${FORM: Secret}             %{PLANT_FORM}
${CHOICE: Secret}           {{choice %{PLANT_CHOICE}|%{PLANT_CHOICE}}}
${API KEY: Secret}          %{PLANT_KEY}
${QUERY KEY: Secret}        %{PLANT_QUERY_KEY}
${COOKIE: Secret}           %{PLANT_COOKIE}
${PASSWORD: Secret}         %{PLANT_PASSWORD}
${SIGN IN: Secret}          open-%{PLANT_USER}
${THEIR TOKEN: Secret}      %{PLANT_SESSION}
${PROXY: Secret}            %{PLANT_PROXY}
${ADDRESS WITH: Secret}     http://kim:%{PLANT_ADDRESS}@127.0.0.1:9
${RAISED: Secret}           %{PLANT_RAISED}
${NAME: Secret}             %{PLANT_NAME}
${FAILURE: Secret}          %{PLANT_FAILURE}

*** Test Cases ***
Requests Hold Secrets
    [Documentation]    In headers, path, query, bodies and templates; checks quote what came back.
    VAR    &{headers}    X-Pin=${HEADER}    X-Choice=${CHOICE}
    VAR    &{body}    pin=${JSON}
    VAR    &{form}    pin=${FORM}
    Define Endpoint    Echo    POST    ${PATH}    headers=${headers}    json=${body}    expect=500
    Define Endpoint    Form    POST    /echo    data=${form}
    Define Endpoint    Away    GET    ${PATH}    headers=${headers}
    Define Check    Echo    $.told is 'nothing'
    Use API Key    X-Api-Key    ${API KEY}
    Use API Key    api_key    ${QUERY KEY}    place=query
    Use API Key    api_key    ${COOKIE}    place=cookie
    Show Load Plan    Sustain 20 Requests Per Second On Echo    duration=200 ms
    Sustain 20 Requests Per Second On Echo, Form, Away    duration=200 ms    name=Run ${NAME.value}
    Verify No Errors
    Verify Criterion    p95 of Echo < 1 us

Passwords Sign Requests
    [Documentation]    Basic and digest, and the other library is sent there too.
    Use Basic Auth    kim    ${PASSWORD}
    Define Endpoint    Basic    GET    /basic
    Sustain 200 Requests Per Second On Basic    duration=200 ms
    Use Digest Auth    kim    ${PASSWORD}
    Define Endpoint    Digest    GET    /digest
    Sustain 200 Requests Per Second On Digest    duration=200 ms

Tokens Are Got And Got Again
    [Documentation]    They live for a second; the users' passwords stand in a file.
    VAR    &{login}    username=%{PLANT_USER}    password=${SIGN IN}
    ${token} =    Sign In    POST    /login    json=${login}
    Log    ${token.value}
    Define Endpoint    In    GET    /in
    Sustain 40 Requests Per Second On In    duration=1 s
    VAR    &{login}    username={{username}}    password={{password}}
    Sign In Users From    ${USERS}    POST    /login    json=${login}    rate=200/s
    Sustain 40 Requests Per Second On In    duration=1 s

A Session Is Taken Over
    [Documentation]    With a token, a cookie and a proxy; RequestsLibrary logs what it sends.
    VAR    &{headers}    Authorization=Bearer ${THEIR TOKEN.value}
    VAR    &{cookies}    visit=${COOKIE.value}
    VAR    &{proxies}    http=${PROXY.value}
    Create Session    doors    ${ADDRESS}    headers=${headers}    cookies=${cookies}
    GET On Session    doors    url=/echo?pin=${HEADER.value}    expected_status=500
    GET On Session    doors    url=/away?pin=${HEADER.value}    expected_status=302    allow_redirects=${False}
    Create Session    by-proxy    ${ADDRESS}    headers=${headers}    proxies=${proxies}
    Use Requests Session    by-proxy
    Define Endpoint    By Proxy    GET    /echo    expect=500
    Sustain 20 Requests Per Second On By Proxy    duration=200 ms

What Is Told Of Failures
    [Documentation]    By a keyword, by an action, by the suite itself.
    Run Keyword And Expect Error    *use `Use Basic Auth`*    Use Server    ${ADDRESS WITH}
    Log    An action raises ${RAISED.value}.
    Define Action    Raises    rig.actions:raise_planted
    Sustain 20 Requests Per Second On Raises    duration=200 ms
    Verify No Errors
    Fail    It is ${FAILURE.value}, and %{PLANT_ENVIRONMENT} is told by nobody.

*** Keywords ***
Point At The Doors
    [Documentation]    And know what stands in the environment alone.
    Use Server    ${ADDRESS}    timeout=2 s    workers=4
    VAR    ${ENVIRONMENT: Secret}    %{PLANT_ENVIRONMENT}    scope=SUITE
