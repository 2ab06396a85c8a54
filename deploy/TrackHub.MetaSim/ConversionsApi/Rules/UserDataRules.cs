using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace TrackHub.MetaSim.ConversionsApi.Rules;

/// <summary>What of <c>user_data</c> the other rules ask for.</summary>
internal readonly record struct UserDataFacts(bool HasUserAgent);

/// <summary>Rules of the customer information parameters and of the matching baseline ("Best practices").</summary>
internal static class UserDataRules
{
    [Flags]
    private enum Keys
    {
        None = 0,
        City = 1 << 0,
        Country = 1 << 1,
        State = 1 << 2,
        Zip = 1 << 3,
        Gender = 1 << 4,
        UserAgent = 1 << 5,
        BirthDate = 1 << 6,
        FirstName = 1 << 7,
        LastName = 1 << 8,
        Other = 1 << 9,
    }

    // "Invalid if only one of these sets or a subset of it is present."
    private static readonly Keys[] TooBroad =
    [
        Keys.City | Keys.Country | Keys.State | Keys.Zip | Keys.Gender | Keys.UserAgent,
        Keys.BirthDate | Keys.UserAgent,
        Keys.FirstName | Keys.Gender,
        Keys.LastName | Keys.Gender,
    ];

    public static GraphError? Check(JsonElement userData, string eventPath, ref EventWarnings warnings, out UserDataFacts facts)
    {
        facts = default;
        if (userData.ValueKind is not JsonValueKind.Object)
            return EventFields.WrongType(eventPath, "user_data", "an object");

        var present = Keys.None;
        var path = $"{eventPath}['user_data']";
        foreach (var property in userData.EnumerateObject())
        {
            var value = property.Value;
            var key = property.Name;
            var (group, shape) = Classify(key);
            if (shape is Shape.Unknown)
                return ErrorCatalogue.UnexpectedKey(key, path);
            if (IsEmpty(value))
            {
                warnings |= EventWarnings.EmptyUserData;
                continue;
            }

            var fault = shape switch
            {
                Shape.Hash => Hashes(value, key, path, ref warnings),
                Shape.TextOrList => TextOrList(value, key, path),
                Shape.Ip => Ip(value, key, path, ref warnings),
                Shape.LeadId => LeadId(value),
                Shape.Integer => value.ValueKind is JsonValueKind.Number && value.TryGetInt64(out _)
                    ? null
                    : EventFields.WrongType(path, key, "an integer"),
                _ => value.ValueKind is JsonValueKind.String ? null : EventFields.WrongType(path, key, "a string"),
            };
            if (fault is not null)
                return fault;

            if (shape is Shape.Fbc && !IsClickCookie(value.GetString()!, isNumberLast: false))
                warnings |= EventWarnings.MalformedFbc;
            if (shape is Shape.Fbp && !IsClickCookie(value.GetString()!, isNumberLast: true))
                warnings |= EventWarnings.MalformedFbp;
            present |= group;
        }

        facts = new UserDataFacts(present.HasFlag(Keys.UserAgent));
        foreach (var set in TooBroad)
        {
            if ((present | set) == set)
                return ErrorCatalogue.WeakUserData();
        }

        return null;
    }

    private enum Shape { Unknown, Hash, Text, TextOrList, Integer, LeadId, Ip, Fbc, Fbp }

    private static (Keys Group, Shape Shape) Classify(string key) => key switch
    {
        "ct" => (Keys.City, Shape.Hash),
        "country" => (Keys.Country, Shape.Hash),
        "st" => (Keys.State, Shape.Hash),
        "zp" => (Keys.Zip, Shape.Hash),
        "ge" => (Keys.Gender, Shape.Hash),
        "db" => (Keys.BirthDate, Shape.Hash),
        "fn" => (Keys.FirstName, Shape.Hash),
        "ln" => (Keys.LastName, Shape.Hash),
        "em" or "ph" or "f5first" or "f5last" or "fi" or "dobd" or "dobm" or "doby" => (Keys.Other, Shape.Hash),
        "client_user_agent" => (Keys.UserAgent, Shape.Text),
        "external_id" => (Keys.Other, Shape.TextOrList),
        "client_ip_address" => (Keys.Other, Shape.Ip),
        "fbc" => (Keys.Other, Shape.Fbc),
        "fbp" => (Keys.Other, Shape.Fbp),
        "lead_id" => (Keys.Other, Shape.LeadId),
        "fb_login_id" => (Keys.Other, Shape.Integer),
        "subscription_id" or "madid" or "anon_id" or "page_id" or "page_scoped_user_id" or "ctwa_clid" or "ig_account_id"
            or "ig_sid" or "whatsapp_business_account_id" => (Keys.Other, Shape.Text),
        _ => (Keys.None, Shape.Unknown),
    };

    private static bool IsEmpty(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => true,
        JsonValueKind.String => value.ValueEquals(""u8),
        JsonValueKind.Array => value.EnumerateArray().All(IsEmpty),
        _ => false,
    };

    private static GraphError? Hashes(JsonElement value, string key, string path, ref EventWarnings warnings)
    {
        if (value.ValueKind is not JsonValueKind.Array)
            return Hash(value, key, path, ref warnings);
        foreach (var item in value.EnumerateArray())
        {
            if (item.ValueKind is JsonValueKind.Array)
                return EventFields.WrongType(path, key, "a string or a list of strings");
            if (IsEmpty(item))
                warnings |= EventWarnings.EmptyUserData;
            else if (Hash(item, key, path, ref warnings) is { } fault)
                return fault;
        }

        return null;
    }

    // 64 hex digits, or those with the Parameter Builder's suffix of 2 or 8 characters after a dot. MD5 is refused.
    private static GraphError? Hash(JsonElement value, string key, string path, ref EventWarnings warnings)
    {
        if (value.ValueKind is not JsonValueKind.String)
            return EventFields.WrongType(path, key, "a string or a list of strings");
        var text = value.GetString()!;
        var hasSuffix = text.Length is 67 or 73 && text[64] == '.';
        if (text.Length != 64 && !hasSuffix)
            return ErrorCatalogue.NotHashed(key);
        foreach (var digit in text.AsSpan(0, 64))
        {
            if (char.IsAsciiHexDigitLower(digit))
                continue;
            if (!char.IsAsciiHexDigit(digit))
                return ErrorCatalogue.NotHashed(key);
            warnings |= EventWarnings.UppercaseHash;
        }

        return null;
    }

    private static GraphError? TextOrList(JsonElement value, string key, string path)
    {
        var isText = value.ValueKind is JsonValueKind.String
            || (value.ValueKind is JsonValueKind.Array && value.EnumerateArray().All(item => item.ValueKind is JsonValueKind.String or JsonValueKind.Null));
        return isText ? null : EventFields.WrongType(path, key, "a string or a list of strings");
    }

    // A lead id is a number of 15 to 17 digits, from Lead Ads.
    private static GraphError? LeadId(JsonElement value) =>
        value.ValueKind is JsonValueKind.Number && value.TryGetInt64(out var id) && id is >= 100_000_000_000_000 and <= 99_999_999_999_999_999
            ? null
            : ErrorCatalogue.InvalidLeadId();

    private static GraphError? Ip(JsonElement value, string key, string path, ref EventWarnings warnings)
    {
        var text = value.ValueKind is JsonValueKind.String ? value.GetString()! : "";
        var isAddress = IPAddress.TryParse(text, out var ip)
            && (ip.AddressFamily is AddressFamily.InterNetwork ? text.Count(c => c == '.') == 3 : !text.StartsWith('[') && !text.Contains('%'));
        if (!isAddress)
            return EventFields.WrongType(path, key, "one IPv4 or IPv6 address without a port");
        if (!IsPublic(ip!.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip))
            warnings |= EventWarnings.NonPublicIp;
        return null;
    }

    private static bool IsPublic(IPAddress ip)
    {
        if (IPAddress.IsLoopback(ip))
            return false;
        if (ip.AddressFamily is AddressFamily.InterNetworkV6)
            return !ip.IsIPv6LinkLocal && !ip.IsIPv6UniqueLocal && !ip.IsIPv6Multicast && !ip.Equals(IPAddress.IPv6Any);
        Span<byte> b = stackalloc byte[4];
        ip.TryWriteBytes(b, out _);
        return b[0] switch
        {
            0 or 10 or >= 224 => false,
            100 => b[1] is < 64 or > 127,
            169 => b[1] != 254,
            172 => b[1] is < 16 or > 31,
            192 => b[1] != 168,
            _ => true,
        };
    }

    // fb.{index}.{13-digit ms}.{click id or number}[.{suffix}]; a click id may itself hold dots.
    private static bool IsClickCookie(string text, bool isNumberLast)
    {
        var parts = text.Split('.', 4);
        return parts.Length == 4 && parts[0] == "fb"
            && parts[1].Length > 0 && parts[1].All(char.IsAsciiDigit)
            && parts[2].Length == 13 && parts[2].All(char.IsAsciiDigit)
            && parts[3].Length > 0
            && (!isNumberLast || parts[3].Split('.')[0] is { Length: > 0 } number && number.All(char.IsAsciiDigit));
    }
}
