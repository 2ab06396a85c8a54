using System.Text.Json;

namespace TrackHub.MetaSim.ConversionsApi.Rules;

/// <summary>Rules that hold for app and business messaging events only.</summary>
internal static class ChannelRules
{
    private const int ExtinfoSlots = 16;
    private const int OsVersionSlot = 4;

    public static GraphError? Check(in EventFields fields, string source, string name, string path) => source switch
    {
        "app" => App(fields.AppData, path),
        "business_messaging" => Messaging(fields, name, path),
        _ => null,
    };

    private static GraphError? App(JsonElement appData, string path)
    {
        if (appData.ValueKind is not JsonValueKind.Object)
            return EventFields.Required(path, "app_data");
        if (!appData.TryGetProperty("extinfo"u8, out var extinfo) || extinfo.ValueKind is not JsonValueKind.Array
            || extinfo.GetArrayLength() != ExtinfoSlots)
            return EventFields.WrongType($"{path}['app_data']", "extinfo", $"a list of {ExtinfoSlots} values");
        var osVersion = extinfo[OsVersionSlot];
        return osVersion.ValueKind is JsonValueKind.String && !osVersion.ValueEquals(""u8) ? null : ErrorCatalogue.MissingOsVersion();
    }

    private static GraphError? Messaging(in EventFields fields, string name, string path)
    {
        var channel = fields.MessagingChannel.ValueKind is JsonValueKind.String ? fields.MessagingChannel.GetString() : null;
        if (channel is not ("whatsapp" or "messenger" or "instagram"))
            return EventFields.WrongType(path, "messaging_channel", "one of whatsapp, messenger, instagram");
        if (name is not ("LeadSubmitted" or "Purchase" or "AddToCart" or "InitiateCheckout" or "ViewContent"))
            return ErrorCatalogue.MessagingEventName(name);
        if (channel is not "whatsapp")
            return null;
        if (!Has(fields.UserData, "ctwa_clid"u8))
            return EventFields.Required($"{path}['user_data']", "ctwa_clid");
        return Has(fields.UserData, "page_id"u8) || Has(fields.UserData, "whatsapp_business_account_id"u8)
            ? null
            : ErrorCatalogue.MessagingAccount(name);
    }

    private static bool Has(JsonElement userData, ReadOnlySpan<byte> key) =>
        userData.TryGetProperty(key, out var value) && value.ValueKind is JsonValueKind.String && !value.ValueEquals(""u8);
}
