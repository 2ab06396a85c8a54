using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using TrackHub.Matching.Windows;

namespace TrackHub.Matching.Tests.Windows;

/// <summary>What Redis makes of the calls: <c>Integration/Matching/Windows</c>, on one server and on a cluster.</summary>
public sealed partial class WindowCallsTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeMilliseconds(1_763_640_000_000);

    [Fact]
    public void Both_ways_write_the_same_and_a_cluster_gets_one_slot_a_call()
    {
        var records = Gen.ListOf(
            from brand in Gen.Elements("b1", "b2")
            from tag in Gen.Choose(0, 255)
            from letter in Gen.Elements('c', 's', 'i')
            from low in Gen.Choose(0, ushort.MaxValue)
            select new WindowKey(brand, (byte)tag, letter, 7, (ushort)low)).Resize(700);

        Prop.ForAll(records.ToArbitrary(), keys =>
        {
            var (together, apart) = (CallsOf(keys, slotBySlot: false), CallsOf(keys, slotBySlot: true));
            var fields = keys.Distinct().Count();

            return Written(together).SetEquals(Written(apart))
                && Written(together).Count == fields
                && together.TrueForAll(static call => FieldsOf(call).Count <= WindowCalls.MaxFields)
                && together.Count == (fields + WindowCalls.MaxFields - 1) / WindowCalls.MaxFields
                && apart.TrueForAll(static call => call.Keys.Select(static key => Slot().Match((string)key!).Value).Distinct().Count() == 1);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_hash_that_does_not_fit_goes_on_in_the_next_call()
    {
        var keys = Enumerable.Range(0, 2 * WindowCalls.MaxFields).Select(static n => new WindowKey("b1", 9, 's', 7, (ushort)n)).ToList();

        var calls = CallsOf(keys, slotBySlot: true);

        calls.ConvertAll(static call => FieldsOf(call).Count).ShouldBe([WindowCalls.MaxFields, WindowCalls.MaxFields]);
        Written(calls).Count.ShouldBe(keys.Count);
    }

    private static List<WindowCall> CallsOf(IEnumerable<WindowKey> keys, bool slotBySlot)
    {
        var calls = new WindowCalls(Now);
        foreach (var key in keys)
            calls.Add(new WindowEntry(key, WindowKind.Links, WindowMember.EncodeLink(WindowKeys.IndexOf($"{key.Low}")), 1, Now), TimeSpan.FromDays(7));
        return [.. calls.Make(slotBySlot)];
    }

    private static HashSet<string> Written(IEnumerable<WindowCall> calls) => [.. calls.SelectMany(FieldsOf)];

    /// <summary>Hash and field of each value, read as <c>WindowWrite.lua</c> reads them.</summary>
    private static List<string> FieldsOf(WindowCall call)
    {
        var fields = new List<string>();
        var at = 3;
        foreach (var key in call.Keys)
        {
            var count = (int)call.Arguments[at + 1];
            for (var field = 0; field < count; field++)
                fields.Add($"{(string)key!} {Convert.ToHexString((byte[])call.Arguments[at + 2 + (2 * field)]!)}");
            at += 2 + (2 * count);
        }

        at.ShouldBe(call.Arguments.Length);
        return fields;
    }

    [GeneratedRegex(@"^\{[^}]+\}")]
    private static partial Regex Slot();
}
