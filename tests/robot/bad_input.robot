*** Settings ***
Documentation       Whatever is written wrongly is answered with one sentence that says what to write.
...
...                 Run and compared by `test_robot_suites.py`, like `verdicts.robot`.
Library             ApiLoadLibrary
Suite Setup         Point At The Rig

*** Test Cases ***
A Time Without A Unit
    [Documentation]    FAIL Criterion 'P95 < 500' cannot be read at '500': '500' has no unit: write for example 500 ms
    ...                or 500 s. P95 takes a time like 200 ms, or the word threshold.
    Verify P95 Below 500

A Malformed Time
    [Documentation]    FAIL *'duration' got value '5 parsecs'*'5 parsecs' is not a time: write a number and a unit
    ...                (ns, us, ms, s, min, h)*
    Sustain 10 Requests Per Second On Quick    duration=5 parsecs

A Negative Rate
    [Documentation]    FAIL *'rate' got value '-5'*'-5' is negative: write a number above 0.
    Sustain -5 Requests Per Second On Quick    duration=1 s

A Rate Of Nothing
    [Documentation]    FAIL *'rate' got value '0'*'0' is not enough: write a number above 0.
    Sustain 0 Requests Per Second On Quick    duration=1 s

A Rate Per Something Else
    [Documentation]    FAIL *'unit' got value 'Fortnight'*'Fortnight' is no unit of a rate: write Second, Minute or
    ...                Hour.
    Sustain 5 Requests Per Fortnight On Quick    duration=1 s

A Time That Has Passed
    [Documentation]    FAIL *'duration' got value '-5 s'*'-5 s' is negative: write a time of 0 or more, like 200 ms.
    Sustain 10 Requests Per Second On Quick    duration=-5 s

A Key In No Place
    [Documentation]    FAIL *'place' got value 'body' that cannot be converted to 'header', 'query' or 'cookie'*
    Use API Key    X-Api-Key    abc    place=body

A User With A Colon
    [Documentation]    FAIL user= holds a colon, which basic authentication ends it with.
    Use Basic Auth    till:1    abc

A Session Of Nobody
    [Documentation]    FAIL No RequestsLibrary is imported: write `Library    RequestsLibrary`.
    Use Requests Session    shop

Users From Nowhere
    [Documentation]    FAIL Users file 'nowhere.csv' cannot be read (No such file or directory, looked for in *): name
    ...    one, like */users.csv.
    Sign In Users From    nowhere.csv    POST    /login

A Secret Within A Text
    [Documentation]    FAIL A text holds '<secret>' where a Secret was to stand: make a Secret of the whole, as
    ...                VAR${SPACE * 4}\${HEADER: Secret}${SPACE * 4}Bearer \${TOKEN}, or write \${TOKEN.value}.
    VAR    ${pin: Secret}    %{PATH}
    VAR    &{headers}    X-Pin=it is ${pin}
    Define Endpoint    Pinned    GET    /ok    headers=${headers}

A Token Of Nobody
    [Documentation]    FAIL {{token}} stands for the token of whoever is signed in, and nobody is: `Sign In` first, or
    ...                give a token with `Use Bearer Token`; users of a journey get theirs by `Take From Answer`.
    Define Endpoint    Own Token    GET    /ok?token={{token}}
    Sustain 10 Requests Per Second On Own Token    duration=1 s

An Unknown Endpoint
    [Documentation]    FAIL There is no endpoint 'Qick'. Did you mean 'Quick'? There is: Quick*
    Sustain 10 Requests Per Second On Qick    duration=1 s

An Unknown Metric
    [Documentation]    FAIL Criterion 'P9x < 5 ms' cannot be read at 'P9x': there is no metric 'P9x'. Did you mean
    ...                'p99'? There is: p0.01 to p99.99, average, *
    Verify P9x Below 5 ms

A Percentage Without Its Sign
    [Documentation]    FAIL Criterion 'error rate < 1' cannot be read at '1': '1' is not a percentage: write for
    ...                example 1 % or 0.5 %. Error rate takes a percentage like 1 %.
    Verify Error Rate Below 1

A Percentage Beyond A Hundred
    [Documentation]    FAIL Criterion 'cpu < 150 %' cannot be read at '150': '150 %' is outside 0 % to 100 %. CPU takes
    ...                a percentage like 90 %.
    Verify CPU Below 150 %

A Transport That Is None
    [Documentation]    FAIL *'transport' got value 'pigeon'*'http1' or 'requests'*
    Configure Load    transport=pigeon

An Unreachable Server
    [Documentation]    FAIL The server at http://127.0.0.1:1 cannot be reached (Connection refused): start it, or
    ...                correct the address in `Use Server`.
    Use Server    http://127.0.0.1:1

An Address That Is None
    [Documentation]    FAIL 'shop.example' is not the address of a server: write http://… or https://….
    Use Server    shop.example

Wrong Credentials
    [Documentation]    FAIL Signing in by POST /status/401 was answered with status 401: check the user name and the
    ...                password.
    Sign In    POST    /status/401    json={"username": "nobody"}

A Sign-In Without A Token
    [Documentation]    FAIL The sign-in's answer holds no token at token='$.token': it has access_token.
    Sign In    POST    /login    json={}    token=$.token

A Body That Is Not JSON
    [Documentation]    FAIL json= is not JSON (Expecting ',' delimiter at character 9): write for example {"id": 1},
    ...                or give a dictionary.
    Define Endpoint    Bad    POST    /ok    json={"id": 1

A Body That Is Not JSON Is Not Quoted
    [Documentation]    FAIL json= is not JSON (Expecting ',' delimiter at character 27): write for example {"id": 1},
    ...                or give a dictionary.
    VAR    ${body}    {"password": "hunter-two" "x"}
    Sign In    POST    /login    json=${body}

A Token With A Line End
    [Documentation]    FAIL The token is empty, or holds spaces, line ends or other characters that no token has: give
    ...                the token alone.
    Use Bearer Token    hunter-two\n

A Header That Would End Early
    [Documentation]    FAIL The value of header 'X-Till' cannot be sent: write one line of Latin-1 text without spaces
    ...                around it.
    VAR    &{headers}    X-Till={{choice a\r\nEvil: 1}}
    Define Endpoint    Bad    GET    /ok    headers=${headers}

An Address With A Query
    [Documentation]    FAIL base_url='${RIG}/?a=b' must end before '?' and '#': leave them out.
    Use Server    ${RIG}/?a\=b

A Value That Cannot Be Filled In
    [Documentation]    FAIL '{{count}}' is no value that can be filled in: write {{counter}}, {{uuid}}, {{run}},
    ...                {{token}}, {{integer 1..50}}, {{choice cash|card}}, or {{users.name}} of a file that
    ...                `Feed From` has named; a value that a step of a journey shows, an earlier step must take
    ...                (`Take From Answer`).
    Define Endpoint    Bad    GET    /ok?n={{count}}
    Sustain 10 Requests Per Second On Bad    duration=1 s

An Endpoint Elsewhere
    [Documentation]    FAIL Nothing is sent to http://127.0.0.1:9: it is not an allowed origin. Allowed: ${RIG}. Name
    ...                it in `Use Server    …    allow=http://127.0.0.1:9` if it may be.
    Define Endpoint    Elsewhere    GET    http://127.0.0.1:9/
    Sustain 10 Requests Per Second On Elsewhere    duration=1 s

More Than The Cap Allows
    [Documentation]    FAIL 10/s on 1 endpoint is more than max_rate=60/min allows: lower the rate, or raise max_rate
    ...                in `Configure Load`.
    Configure Load    max_rate=60/min
    Sustain 10 Requests Per Second On Quick    duration=1 s

A Ramp That Does Not Say How Long It Takes
    [Documentation]    FAIL *missing named-only argument 'over'.
    Ramp From 0 To 10 Requests Per Second On Quick

A Ramp Between Equal Rates
    [Documentation]    FAIL A ramp needs two rates that differ, and both are 10/s: for the same rate all the time write
    ...                `Sustain …`.
    Ramp From 10 To 10 Requests Per Second On Quick    over=1 s

A Ramp Below Nothing
    [Documentation]    FAIL *'low' got value '-1'*'-1' is negative: write a number of 0 or more.
    Ramp From -1 To 10 Requests Per Second On Quick    over=1 s

A Single Step
    [Documentation]    FAIL steps=1 must be from 2 to 1,000.
    Step From 1 To 10 Requests Per Second In 1 Steps On Quick    every=1 s

A Warm-Up At No Rate
    [Documentation]    FAIL warm_up='1 s' would send nothing, for this load begins at 0: leave it out, or begin at a
    ...                rate above 0.
    Ramp From 0 To 10 Requests Per Second On Quick    over=1 s    warm_up=1 s

Arrivals Of A Kind That There Is Not
    [Documentation]    FAIL *'arrivals' got value 'bursty'*'EVEN' and 'RANDOM'*
    Sustain 10 Requests Per Second On Quick    duration=1 s    arrivals=bursty

A Certificate That Is Not There
    [Documentation]    FAIL cert='none.pem' cannot be used (none.pem is no file): name a PEM file with certificate and
    ...                key, or one of each with a comma between.
    Use Server    ${RIG}    cert=none.pem

Cookies On Worker Threads
    [Documentation]    FAIL redirects=follow and cookies=True need transport=http1: with transport=requests write an
    ...                action that does it (`Define Action`).
    Configure Load    transport=requests    cookies=True

A Calibration Without Endpoints
    [Documentation]    FAIL There is no endpoint 'Qick'. Did you mean 'Quick'? There is: Quick*
    Calibrate Load Generator    endpoints=Qick

A Condition Without An End
    [Documentation]    FAIL Criterion 'error rate > 50 %' cannot be read at its end: say how long it may go on, and
    ...                nothing else: … for 10 s.
    Stop Load When    error rate > 50 %

A Verdict Without A Load Run
    [Documentation]    FAIL No load run has been made in this test or in its suite's setup: send load first (Sustain
    ...                …), or name a run with run=.
    Verify P95 Below 5 ms

A Run That Was Never Made
    [Documentation]    FAIL There is no load run 'Burst': none has been defined yet.
    Verify P95 Below 5 ms    run=Burst

A Plan Of Something That Sends No Load
    [Documentation]    FAIL sentence='Sign In' sends no load: write a load sentence, like Sustain 1000 Requests Per
    ...                Minute On Products.
    Show Load Plan    Sign In

A Criterion That Cannot Be Read
    [Documentation]    FAIL *Criterion 'p95 of Quick less 5 ms' cannot be read *
    Configure Load    max_rate=1000/s
    Sustain 10 Requests Per Second On Quick    duration=200 ms
    VAR    ${criterion}    p95 of Quick less 5 ms
    Verify Criterion    ${criterion}

*** Keywords ***
Point At The Rig
    [Documentation]    One endpoint is enough to write everything else wrongly.
    Use Server    ${RIG}
    Define Endpoint    Quick    GET    /ok
