*** Settings ***
Documentation       Requests that are fed from files, and answers that are held to checks.
...
...                 Run and compared by `test_robot_data.py`.
Library             ApiLoadLibrary
Suite Setup         Point At The Rig

*** Variables ***
${RIG}              ${EMPTY}
${FILES}            ${EMPTY}
${SECRET: Secret}    %{PLANTED}

*** Test Cases ***
An Error Answered With Status 200 Is Found
    [Documentation]    FAIL Error rate was 20 %; the limit is 1 % (20 requests at 40/s): 4 × failed the check
    ...                'body fits schema stock.schema.json' (server)*
    Define Endpoint    Stock    GET    /json/5
    Define Check    Stock    body fits schema ${FILES}/stock.schema.json    $.number is a number
    Sustain 40 Requests Per Second On Stock    duration=500 ms
    Verify Error Rate Below 1 %

A Secret In A Check Or In What It Saw Is Masked
    [Documentation]    FAIL *failed the check '$.items does not contain <secret>'*
    Define Endpoint    Masked    GET    /json/1    headers=${{ {'X-Stock': $SECRET} }}
    ${value} =    Evaluate    $SECRET.value
    Define Check    Masked    $.items does not contain ${value}
    Sustain 10 Requests Per Second On Masked    duration=300 ms
    Verify No Errors

All Are Right
    [Documentation]    PASS
    Define Endpoint    Right    GET    /json/100    group=Goods
    Define Check    Goods    $.items[*].price > 0    time < 2 s    sample=50 %
    Sustain 40 Requests Per Second On Goods    duration=500 ms
    Get Metric    error rate    Right    ==    0

A Check That Cannot Be Read
    [Documentation]    FAIL *'checks' got value '$.items is emtpy'*'emtpy' is no word of checks: write empty, or "emtpy"
    ...                for the text.
    Define Check    Stock    $.items is emtpy

A Check Of Nobody
    [Documentation]    FAIL There is no endpoint 'Stok'. Did you mean 'Stock'?*
    Define Check    Stok    $.items exists

No Check At All
    [Documentation]    FAIL Define Check says nothing of 'Stock': write a check behind it, like $.items is not empty.
    Define Check    Stock

Rows Are Given Once
    [Documentation]    FAIL people gives each row once, and has 0 rows left of 3 (3 are used); this load needs 1: add
    ...                rows, send less, or write order=sequential in `Feed From`.
    ${rows} =    Feed From    ${FILES}/people.csv    order=unique
    Should Be Equal    ${rows}    ${3}
    Define Endpoint    Person    PUT    /ok?{{people.name}}    json={"id": "{{number people.id}}"}
    Show Load Plan    Sustain 3 Requests Per Second On Person    duration=1 s
    Sustain 3 Requests Per Second On Person    duration=1 s
    Get Metric    error rate    Person    ==    0
    Sustain 1 Requests Per Second On Person    duration=1 s

A Value That Is Not There
    [Documentation]    FAIL There is no value in every row of people called 'nmae'. Did you mean 'name'? There is:
    ...    id, name.
    Feed From    ${FILES}/people.csv
    Define Endpoint    Person    GET    /ok?{{people.nmae}}
    Sustain 3 Requests Per Second On Person    duration=1 s

A File That Is Not There
    [Documentation]    FAIL file='nowhere.csv' cannot be fed from: No such file or directory, looked for in *.
    Feed From    nowhere.csv

*** Keywords ***
Point At The Rig
    [Documentation]    Where the load of these tests goes.
    Use Server    ${RIG}    workers=5    timeout=2 s
