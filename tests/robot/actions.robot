*** Settings ***
Documentation       Actions instead of requests, and requests by another transport, used well and badly.
...
...                 Run and compared by `test_robot_suites.py`, like `verdicts.robot`.
Library             ApiLoadLibrary
Suite Setup         Point At The Rig

*** Test Cases ***
An Action Is Judged Like An Endpoint
    [Documentation]    PASS
    Define Action    Visit    rig.actions:visit    threshold=5 s
    Sustain 50 Requests Per Second On Visit    duration=1 s    name=Visits
    Verify P50 Of Visit Below 5 s
    Verify P50 Below Threshold
    Verify Error Rate Of Visit Below 50 %

An Action's Status Is Judged By What Is Expected
    [Documentation]    PASS
    Define Action    Visitor    rig.actions:Visitor    expect=201
    Sustain 50 Requests Per Second On Visitor    duration=1 s
    Verify Error Rate Below 50 %

An Action That Fails Its Check Fails The Criterion
    [Documentation]    FAIL Error rate was 100 %*the answer failed a check (server)*
    Define Action    Checked    rig.actions:fail_a_check
    Sustain 50 Requests Per Second On Checked    duration=1 s
    Verify Error Rate Below 1 %

An Action With A Slip Proves Nothing Against The Server
    [Documentation]    FAIL INCONCLUSIVE: *the action Slip raised KeyError: 'hunter-two'; mend its code*
    Define Action    Slip    rig.actions:mistype
    Sustain 50 Requests Per Second On Slip    duration=1 s
    Verify Error Rate Below 1 %

Actions And Requests In One Run
    [Documentation]    PASS
    Define Action    Visit    rig.actions:visit
    Sustain 20 Requests Per Second On Visit, Quick    duration=1 s    name=Mixed
    Verify Error Rate Below 50 %

Requests By Another Transport
    [Documentation]    PASS
    Configure Load    transport=requests
    Sustain 20 Requests Per Second On Quick    duration=1 s    name=Through Requests
    Configure Load    transport=http1
    Verify Error Rate Below 50 %

The Plan Says What Would Carry It
    [Documentation]    PASS
    Define Action    Visit    rig.actions:visit
    Show Load Plan    Sustain 1 Requests Per Hour On Visit    duration=2 h

A Callable That Is Written Wrongly
    [Documentation]    FAIL call='shop_actions.export' names no Python callable: write module:name, like
    ...                shop_actions:export.
    Define Action    Export    shop_actions.export

A Module That There Is Not
    [Documentation]    FAIL Module 'no_such_shop' of call='no_such_shop:export' cannot be imported
    ...                (ModuleNotFoundError: No module named 'no_such_shop'): mend it, or name its folder to Robot with
    ...                --pythonpath.
    Define Action    Export    no_such_shop:export

A Name That There Is Not
    [Documentation]    FAIL call='rig.actions:vissit' names no 'vissit' that there is. Did you mean 'visit'?
    Define Action    Visit    rig.actions:vissit

Something That Cannot Be Called
    [Documentation]    FAIL call='rig.actions:NUMBER' cannot be called: name a function or a class.
    Define Action    Number    rig.actions:NUMBER

A Class Whose Objects Cannot Be Made
    [Documentation]    FAIL Shard 0 did not start. A worker could not be made ready: RuntimeError('no till is free').
    Define Action    Broken    rig.actions:Broken
    Sustain 1 Requests Per Second On Broken    duration=1 s

An Action That Was Not Defined
    [Documentation]    FAIL There is no endpoint 'Nightly Export'. There is: *
    Sustain 1 Requests Per Second On Nightly Export    duration=1 s

*** Keywords ***
Point At The Rig
    [Documentation]    One endpoint beside the actions.
    Use Server    ${RIG}
    Define Endpoint    Quick    GET    /ok
