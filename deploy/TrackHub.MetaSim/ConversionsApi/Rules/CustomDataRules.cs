using System.Collections.Frozen;
using System.Text.Json;

namespace TrackHub.MetaSim.ConversionsApi.Rules;

/// <summary>Rules of the standard parameters of <c>custom_data</c>; keys of one's own are free.</summary>
internal static class CustomDataRules
{
    private static readonly FrozenSet<string> Currencies = (
        "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP "
        + "CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR "
        + "ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN "
        + "MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD "
        + "SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG")
        .Split(' ').ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    public static GraphError? Check(JsonElement customData, string eventName, string eventPath, ref EventWarnings warnings)
    {
        var isPurchase = eventName is "Purchase";
        if (customData.ValueKind is JsonValueKind.Undefined)
            return isPurchase ? ErrorCatalogue.MissingValue() : null;
        if (customData.ValueKind is not JsonValueKind.Object)
            return EventFields.WrongType(eventPath, "custom_data", "an object");

        var path = $"{eventPath}['custom_data']";
        bool hasValue = false, hasCurrency = false;
        foreach (var property in customData.EnumerateObject())
        {
            var value = property.Value;
            if (value.ValueKind is JsonValueKind.Null)
                continue;
            var key = property.Name;
            string? expected = null;
            switch (key)
            {
                case "value":
                    hasValue = true;
                    if (!IsNumber(value, out var amount))
                        expected = "a number";
                    else if (amount < 0)
                        warnings |= EventWarnings.NegativeValue;
                    break;
                case "currency":
                    hasCurrency = true;
                    // Lower case is accepted by the live API.
                    if (value.ValueKind is not JsonValueKind.String || !Currencies.Contains(value.GetString()!))
                        expected = "an ISO 4217 currency code";
                    break;
                case "predicted_ltv" or "net_revenue":
                    expected = IsNumber(value, out _) ? null : "a number";
                    break;
                case "num_items":
                    expected = value.ValueKind is JsonValueKind.Number && value.TryGetInt64(out _) ? null : "an integer";
                    break;
                case "content_ids":
                    expected = IsListOf(value, static item => item.ValueKind is JsonValueKind.String or JsonValueKind.Number) ? null : "a list of strings";
                    break;
                case "contents":
                    expected = IsListOf(value, IsContent) ? null : "a list of objects with an id, and a number in quantity and item_price";
                    break;
                case "content_type":
                    expected = Is(value, "product", "product_group") ? null : "product or product_group";
                    break;
                case "delivery_category":
                    expected = Is(value, "in_store", "curbside", "home_delivery") ? null : "in_store, curbside or home_delivery";
                    break;
                case "content_name" or "content_category" or "order_id" or "search_string" or "status":
                    expected = value.ValueKind is JsonValueKind.String ? null : "a string";
                    break;
                case "em" or "ph" or "email" or "phone":
                    warnings |= EventWarnings.PersonalDataInCustomData;
                    break;
            }

            if (expected is not null)
                return EventFields.WrongType(path, key, expected);
        }

        if (!isPurchase)
            return null;
        return !hasValue ? ErrorCatalogue.MissingValue() : hasCurrency ? null : ErrorCatalogue.MissingCurrency();
    }

    private static bool IsNumber(JsonElement value, out double number)
    {
        number = 0;
        return value.ValueKind is JsonValueKind.Number && value.TryGetDouble(out number) && double.IsFinite(number);
    }

    private static bool IsListOf(JsonElement value, Func<JsonElement, bool> isItem) =>
        value.ValueKind is JsonValueKind.Array && value.EnumerateArray().All(isItem);

    private static bool IsContent(JsonElement item) =>
        item.ValueKind is JsonValueKind.Object
        && item.TryGetProperty("id"u8, out var id) && id.ValueKind is JsonValueKind.String or JsonValueKind.Number
        && (!item.TryGetProperty("quantity"u8, out var quantity) || IsNumber(quantity, out _))
        && (!item.TryGetProperty("item_price"u8, out var price) || IsNumber(price, out _));

    private static bool Is(JsonElement value, params ReadOnlySpan<string> allowed) =>
        value.ValueKind is JsonValueKind.String && allowed.Contains(value.GetString()!);
}
