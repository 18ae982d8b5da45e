*** Settings ***
Documentation       Acceptance of the point of sale under load.
Resource            ../resources/point_of_sale.resource
Suite Setup         Open The Point Of Sale
Suite Teardown      Close The Point Of Sale
