*** Settings ***
Documentation       Endpoints from an API's description, used well and badly.
...
...                 Run and compared by `test_openapi_suite.py`, like `verdicts.robot`.
Library             ApiLoadLibrary
Test Setup          Use Server    ${RIG}

*** Test Cases ***
Each Endpoint Of A Description Is Sent
    [Documentation]    PASS
    VAR    &{values}    product-id={{integer 1..50}}
    ${found} =    Import Endpoints From OpenAPI    ${RIG}/openapi.yaml    values=${values}
    VAR    ${names}    ${{sorted(each.name for each in $found.endpoints)}}
    IF    $names != ['Create Order', 'Get Product', 'List Products', 'Log In']    Fail    ${names}
    IF    $found.made_up    Fail    ${found.made_up}
    Sustain 20 Requests Per Second On Each Endpoint    duration=1 s

What Is Made Up Is Told
    [Documentation]    PASS
    ${found} =    Import Endpoints From OpenAPI    ${RIG}/openapi.yaml    tags=catalogue
    IF    len($found.endpoints) != 2    Fail    ${found.endpoints}
    IF    $found.made_up[0].listed_by != 'List Products'    Fail    ${found.made_up}

The Path Of The Server Takes The Place Of The Description's
    [Documentation]    PASS
    Use Server    ${RIG}/api/v1/
    ${found} =    Import Endpoints From OpenAPI    ${FILE}    methods=POST
    IF    $found.endpoints[0].path != '/orders'    Fail    ${found.endpoints}
    Sustain 10 Requests Per Second On Create Order    duration=1 s

A Description At Another Origin
    [Documentation]    FAIL Nothing is sent to http://127.0.0.1:1: it is not an allowed origin*
    Import Endpoints From OpenAPI    http://127.0.0.1:1/openapi.yaml

Something Else Than A Description
    [Documentation]    FAIL source='*openapi.robot' *
    Import Endpoints From OpenAPI    ${CURDIR}/openapi.robot

A File That Is Not There
    [Documentation]    FAIL source='nowhere.yaml' cannot be read (No such file or directory, looked for in *): name a
    ...                file, or a URL that starts with http:// or https://.
    Import Endpoints From OpenAPI    nowhere.yaml

A Value For No Parameter
    [Documentation]    FAIL values= has 'productid', which no endpoint has as a parameter. Did you mean 'product-id'?
    ...                Write a parameter's name, or its place in a path like /orders/{id}.
    VAR    &{values}    productid=1
    Import Endpoints From OpenAPI    ${FILE}    values=${values}

A Filter That Leaves Nothing
    [Documentation]    FAIL source='*shop.yaml' holds no request that can be sent. GET /products: its name (List
    ...                Products) is not in only=; *
    Import Endpoints From OpenAPI    ${FILE}    only=Nothing Of This Name
