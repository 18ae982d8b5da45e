*** Settings ***
Documentation       A run is compared with earlier ones.
...
...                 Run and compared by `test_robot_suites.py`, like `verdicts.robot`.
Library             OperatingSystem
Library             ApiLoadLibrary
Suite Setup         Keep A Baseline

*** Variables ***
${BASELINE}         ${OUTPUT_DIR}/baselines/everyday.json

*** Test Cases ***
The Same Again Is No Regression
    [Documentation]    PASS
    Sustain 200 Requests Per Second On Orders    duration=3 s
    Verify No Regression Against    ${BASELINE}    tolerance=60 %

What Has Become Slower Fails
    [Documentation]    FAIL Slow-down of Orders*was * %; at most 10 % is allowed (600 requests at 200/s against 1
    ...                earlier run; *)
    [Metadata]    Owner    Retail Operations
    Define Endpoint    Orders    GET    /delay/60
    Sustain 200 Requests Per Second On Orders    duration=3 s
    Verify No Regression Against    ${BASELINE}    tolerance=10 %

Another Rate Is Inconclusive
    [Documentation]    FAIL INCONCLUSIVE: Slow-down of Orders was not measured; at most 5 % is allowed*
    Define Endpoint    Orders    GET    /delay/20
    Sustain 100 Requests Per Second On Orders    duration=2 s    name=Half
    Verify No Regression Against    ${BASELINE}

More Runs Can Be Added
    [Documentation]    PASS
    Copy File    ${BASELINE}    ${OUTPUT_DIR}/more.json
    Save Baseline    ${OUTPUT_DIR}/more.json    run=Half
    ${text} =    Get File    ${OUTPUT_DIR}/more.json
    Should Contain    ${text}    "name": "Half"
    Should Contain    ${text}    "name": "Measure"

A File That Is Not There Is Told
    [Documentation]    FAIL There is no baseline 'none.json': save one first.
    Verify No Regression Against    none.json    run=Half

A File That Is Something Else Is Told
    [Documentation]    FAIL Baseline '*else.json' cannot be read: it does not say that it is an ApiLoadLibrary baseline.
    Create File    ${OUTPUT_DIR}/else.json    {"runs": []}
    Save Baseline    ${OUTPUT_DIR}/else.json    run=Half

A Confidence That Is None Is Told
    [Documentation]    FAIL '10 %' is no confidence: write 50 % to 99.99 %.
    Verify No Regression Against    ${BASELINE}    run=Half    confidence=10 %

*** Keywords ***
Keep A Baseline
    [Documentation]    A run of an endpoint that takes a known time.
    Use Server    ${RIG}
    Define Endpoint    Orders    GET    /delay/20
    Sustain 200 Requests Per Second On Orders    duration=3 s    name=Measure
    Save Baseline    ${BASELINE}
