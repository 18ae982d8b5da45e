*** Settings ***
Documentation       Whatever a suite itself says of a secret; `test_secrets.py` looks for it everywhere.
Library             ApiLoadLibrary
Suite Setup         Use Bearer Token    ${TOKEN}

*** Variables ***
${TOKEN: Secret}    %{PLANTED}

*** Test Cases ***
Fails With A Secret
    [Documentation]    In its own words, from within a keyword and structures.
    IF    True
        FOR    ${secret}    IN    ${TOKEN}
            Tell    ${secret}
        END
    END

Passes Early
    [Documentation]    Masking does not make it pass by: nothing comes after it.
    Pass Execution    passed ${TOKEN.value}
    Fail    This is not reached.

Is Ended By Something Fatal
    [Documentation]    Masking does not make it an ordinary failure: nothing comes after it.
    Fail Twice    ${TOKEN}
    Fatal Error    a fatal ${TOKEN.value}

Is Never Reached
    [Documentation]    Because of the fatal error.
    No Operation

*** Keywords ***
Tell
    [Documentation]    Fails with the secret in several spellings.
    [Arguments]    ${secret}
    Fail    told ${secret.value} and ${{ repr($secret.value) }} and ${{ json.dumps($secret.value) }}

Fail Twice
    [Documentation]    Goes on after its first failure.
    [Arguments]    ${secret}
    TRY
        Run Keyword And Continue On Failure    Fail    first ${secret.value}
        Fail    second ${secret.value}
    EXCEPT    AS    ${message}
        Log    Caught ${message}
        Should Contain    ${message}    first
        Should Contain    ${message}    second
    END
