*** Settings ***
Documentation       Payments under stress: quick, and to the cent. What was accepted is there, once.
Resource            ../resources/point_of_sale.resource
Suite Teardown      Remove What The Load Has Written

*** Test Cases ***
Payments Are Carried Under Stress
    [Documentation]    As customers pay: five cards for three bank transfers, and a look at what can be paid with.
    [Metadata]    Requirement    PAY-1
    [Metadata]    Owner    Payments
    Sustain 6000 Requests Per Minute Mixed From 5 Stripe Intent, 3 Open Banking QR, 2 Payment Methods
    ...    duration=${PAYING}[${PROFILE}]    name=Payments
    Verify Achieved Rate At Least 98 % Of Target
    Verify P95 Below Threshold
    Verify Error Rate Below 1 %

No Payment Is Lost And None Is Taken Twice
    [Documentation]    The shop's books against what the tills were told.
    [Metadata]    Requirement    PAY-2
    [Metadata]    Owner    Payments
    The Shop Must Open Its Books
    Verify Every Accepted Payment Was Stored Once    Stripe Intent    payment_intents    run=Payments
    Verify Every Accepted Payment Was Stored Once    Open Banking QR    open_banking_payments    run=Payments

No Order And No Hour Of Work Is Lost
    [Documentation]    The same of orders, and of those who came to work.
    [Metadata]    Requirement    PAY-3
    [Metadata]    Owner    Retail Operations
    The Shop Must Open Its Books
    Sustain 1800 Requests Per Minute On Create Order, Clock In    duration=${WRITING_TIME}[${PROFILE}]
    ...    name=Orders and hours
    Verify Error Rate Below 1 %
    Verify Every Accepted Order Was Stored Once
    Verify Every Accepted Clock-In Was Stored Once
