using System.ComponentModel.DataAnnotations;
using TrackHub.Dispatch.Calling;
using TrackHub.Schemas;
using static TrackHub.Dispatch.Tests.SampleEvents;

namespace TrackHub.Dispatch.Tests.Calling;

/// <summary>Each limit that Meta documents for an event, one row or test each; age: <see cref="RecordGatesTests"/>; who it is about: <see cref="SendableUserDataTests"/>, <see cref="UserDataBaselineTests"/>.</summary>
public sealed class EventLimitsTests
{
    public static TheoryData<string, DispatchReady, string?> Rows() => new()
    {
        { "a purchase", Purchase(), null },
        { "a checkout without value", Checkout(), null },
        { "no value", Purchase() with { ValueMinor = null }, "value_missing" },
        { "no currency", Purchase() with { Currency = "" }, "value_missing" },
        { "negative value", Purchase() with { ValueMinor = -1 }, "value_negative" },
        { "value 0", Purchase() with { ValueMinor = 0 }, null },
        { "currency in lower case", Purchase() with { Currency = "brl" }, null },
        { "a sign for a currency", Purchase() with { Currency = "R$" }, "currency_unknown" },
        { "gold for a currency", Purchase() with { Currency = "XAU" }, "currency_unknown" },
        { "a checkout with a sign", Checkout() with { ValueMinor = 1, Currency = "R$" }, null },
        { "website without page", Checkout() with { EventSourceUrl = null }, "page_missing" },
        { "website with an empty page", Purchase() with { EventSourceUrl = "" }, "page_missing" },
        { "website with half a page", Purchase() with { EventSourceUrl = "loja.example.com/obrigado" }, "page_missing" },
        { "website with a page of an app", Purchase() with { EventSourceUrl = "android-app://example" }, "page_missing" },
        { "elsewhere without page", Purchase() with { ActionSource = "other", EventSourceUrl = null }, null },
        { "in a shop", Purchase() with { ActionSource = "physical_store", EventSourceUrl = null }, null },
        { "a source Meta does not know", Purchase() with { ActionSource = "web" }, "action_source" },
        { "in upper case", Purchase() with { ActionSource = "Website" }, "action_source" },
        { "in an app, which asks for app_data", Purchase() with { ActionSource = "app" }, "action_source" },
        { "in a chat, which asks for its channel", Purchase() with { ActionSource = "business_messaging" }, "action_source" },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void What_Meta_would_refuse_is_named_before_it_is_sent(string _, DispatchReady ready, string? fault) => EventLimits.FaultOf(ready).ShouldBe(fault);

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(1_000, true)]
    [InlineData(1_001, false)]
    public void A_call_holds_one_to_a_thousand_events(int events, bool isValid)
    {
        var options = new DispatchOptions { MaxBatchEvents = events };

        Validator.TryValidateObject(options, new ValidationContext(options), null, validateAllProperties: true).ShouldBe(isValid);
    }
}
