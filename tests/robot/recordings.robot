*** Settings ***
Documentation       Endpoints from recordings and collections, used well and badly.
...
...                 Run and compared by `test_recordings.py`, like `verdicts.robot`.
Library             ApiLoadLibrary
Suite Setup         Use Server    ${RIG}

*** Test Cases ***
What Was Recorded Is Sent Again
    [Documentation]    PASS
    ${found} =    Import Endpoints From HAR    ${FILES}/shop.har
    VAR    ${names}    ${{[each.name for each in $found.endpoints]}}
    IF    $names != ['GET Ok', 'POST Status 201']    Fail    ${names}
    IF    $found.left_out[0].operation != 'DELETE /ok'    Fail    ${found.left_out}
    Sustain 20 Requests Per Second On Each Endpoint    duration=1 s
    Verify Error Rate Below 20 %

What Was Collected Is Sent Again
    [Documentation]    PASS
    VAR    &{values}    number={{counter}}
    Import Endpoints From Postman    ${FILES}/shop.json    methods=GET, PUT    values=${values}
    ...    environment=${FILES}/environment.json
    Sustain 20 Requests Per Second On Numbered, Replaced    duration=1 s
    Verify Error Rate Below 20 %

A Secret Value Is Masked
    [Documentation]    PASS
    VAR    &{values}    number=${SECRET NUMBER}
    ${found} =    Import Endpoints From Postman    ${FILES}/shop.json    values=${values}
    ...    environment=${FILES}/environment.json
    Log    ${found.endpoints}[0]

A File That Is Not There
    [Documentation]    FAIL source='nowhere.har' cannot be read (No such file or directory, looked for in *): name a
    ...                file, or a URL that starts with http:// or https://.
    Import Endpoints From HAR    nowhere.har

A File That Is Something Else
    [Documentation]    FAIL *This is no HAR recording, for it has no 'log' with 'entries': save one*
    Import Endpoints From HAR    ${FILES}/shop.json

A Recording For A Collection
    [Documentation]    FAIL *This is no Postman collection, for it has no list 'item': export one as Collection v2.1.
    Import Endpoints From Postman    ${FILES}/shop.har

An Environment That Is None
    [Documentation]    FAIL environment= names no Postman environment, for that has a list 'values'*
    Import Endpoints From Postman    ${FILES}/shop.json    environment=${FILES}/shop.har

Nothing That Can Be Sent
    [Documentation]    FAIL source='*other.har' holds no request that can be sent. GET http://127.0.0.1:1/x: it goes to
    ...                http://127.0.0.1:1: allow it by `Use Server * allow=http://127.0.0.1:1`.
    Import Endpoints From HAR    ${FILES}/other.har

A Method That Is None
    [Documentation]    FAIL *'methods' got value 'GET, BREW'*'GET, BREW' holds 'BREW', which is none: write some of GET,
    ...                HEAD, POST, PUT, PATCH, DELETE, OPTIONS.
    Import Endpoints From HAR    ${FILES}/shop.har    methods=GET, BREW

An Address That Gives No Recording
    [Documentation]    FAIL source='${RIG}/status/404' was answered with status 404: *
    Import Endpoints From HAR    ${RIG}/status/404

An Address That Is Not Allowed
    [Documentation]    FAIL Nothing is sent to http://127.0.0.1:1: it is not an allowed origin*
    Import Endpoints From HAR    http://127.0.0.1:1/shop.har
