using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace TrackHub.Ingest.Tests;

/// <summary>Generators of bodies that nobody meant to send.</summary>
internal static class HostileInput
{
    private static readonly string[] Names =
    [
        "event_id", "event_time", "session_id", "url", "utm", "value", "events", "kind", "ads", "email", "order", "order_id", "order_status",
        "webhook_event_type", "status", "Commissions", "charge_amount", "currency", "Customer", "TrackingParameters", "Subscription", "charges",
        "completed", "event", "data", "version", "purchase", "price", "payment", "commissions", "origin", "buyer", "plans", "subscriber", "phone",
        "token", "code", "sale_status_enum", "sale_amount", "metadata", "customer", "subscription", "commission", "hottok", "signature", "id",
    ];

    private static readonly string[] Scalars =
    [
        "null", "true", "false", "0", "-1", "1e999", "-1e-999", "19700", "\"19700\"", "\"\"", "\" \"", "\"2.0.0\"", "\"order_approved\"", "\"paid\"",
        "\"abandoned\"", "\"PURCHASE_APPROVED\"", "\"BRL\"", "\"https://a.example.com/?utm_source=%ZZ&fbclid\"", "\"\\ud800\"", "\"\\u0000\"", "\"th_0000000000000000000000000a\"",
        "\"2026-09-10 14:04\"", "\"9999-12-31T23:59:59Z\"", "1789059795000", "9223372036854775807", "\"😀\"", "2", "\"2\"", "99",
    ];

    /// <summary>JSON made of the words that the readers look for, in places where they do not belong.</summary>
    public static Arbitrary<string> Json { get; } = Gen.Sized(size => Value(Math.Min(size / 10, 4))).ToArbitrary();

    /// <summary>A sample with some bytes changed, cut or doubled.</summary>
    public static Arbitrary<byte[]> MangledSample { get; } =
        Mangled(Gen.Elements(Samples.Index.Select(static entry => Samples.Bytes(entry.GetProperty("file").GetString()!)).ToArray()));

    /// <summary>One of these with some bytes changed, cut or doubled.</summary>
    public static Arbitrary<byte[]> Mangled(Gen<byte[]> originals) => (
        from original in originals
        from edits in Gen.Choose(0, 1_000_000).Two().ListOf()
        select Mangle(original, edits)).ToArbitrary();

    private static Gen<string> Value(int depth)
    {
        var scalar = Gen.Elements(Scalars);
        if (depth is 0)
            return scalar;

        var inner = Value(depth - 1);
        var member = from name in Gen.Elements(Names) from value in inner select $"\"{name}\":{value}";
        return Gen.OneOf(
            scalar,
            inner.ListOf().Select(static items => $"[{string.Join(',', items)}]"),
            member.ListOf().Select(static members => $"{{{string.Join(',', members.DistinctBy(static text => text.Split(':')[0]))}}}"),
            member.ListOf().Select(static members => $"{{{string.Join(',', members)}}}"));
    }

    private static byte[] Mangle(byte[] sample, IEnumerable<(int, int)> edits)
    {
        var bytes = sample.ToList();
        foreach (var (where, what) in edits)
        {
            if (bytes.Count is 0)
                break;
            var at = where % bytes.Count;
            switch (what % 3)
            {
                case 0: bytes[at] = (byte)(what / 3); break;
                case 1: bytes.Insert(at, bytes[at]); break;
                default: bytes.RemoveAt(at); break;
            }
        }

        return [.. bytes];
    }

    /// <summary>UTF-8 of a text.</summary>
    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
