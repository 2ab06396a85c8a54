namespace TrackHub.Schemas.Tests.Avro;

/// <summary>What the generator makes of EveryType.avsc and Part.avsc.</summary>
public sealed class GeneratedRecordTests
{
    [Fact]
    public void Record_of_the_specification_encodes_as_printed_there() =>
        // {"a": 27, "b": "foo"} is 36 06 66 6f 6f; a union's branch 1 stands before the string.
        Hex.Text(new Part { Name = "foo", PartColour = Colour.DarkGreen }.ToAvro()).ShouldBe("06 66 6f 6f 02");

    [Fact]
    public void Defaults_of_the_schema_initialise_the_record()
    {
        var record = new EveryType { Flag = true };

        record.Number.ShouldBe(-7);
        record.Big.ShouldBe(long.MinValue);
        record.Real.ShouldBe(1.5e300);
        record.Text.ShouldBe("a \"quoted\" \\ ü");
        record.Raw.ShouldBe(new byte[] { 0, 0xff });
        record.At.ShouldBe(DateTimeOffset.UnixEpoch.AddSeconds(1));
        record.Colour.ShouldBe(Colour.DarkGreen);
        record.MaybeNumber.ShouldBeNull();
        record.MaybeTextLast.ShouldBe("given");
        record.Numbers.ShouldBe([1, 2]);
        record.Grid.ShouldBe([[1], []]);
        record.Colours.ShouldBe([Colour.Red]);
    }

    [Fact]
    public void Every_type_encodes_to_the_bytes_computed_by_hand()
    {
        var record = new EveryType
        {
            Flag = true,
            Number = 1,
            Big = -2,
            Real = 1.5,
            Text = "hi",
            Raw = [9],
            At = DateTimeOffset.UnixEpoch.AddMilliseconds(3),
            Colour = Colour.Red,
            MaybeNumber = 5,
            MaybeTextLast = null,
            MaybeList = [1.5],
            MaybeRaw = [],
            Numbers = [3, 27],
            Grid = [[1], []],
            Gaps = [null, "x"],
            Parts = [new Part { Name = "p" }],
            Part = null,
            Colours = [Colour.DarkGreen],
        };

        Hex.Text(record.ToAvro()).ShouldBe(string.Join(
            ' ',
            "01", "02", "03", "00 00 00 00 00 00 f8 3f", "04 68 69", "02 09", "06", "00",
            "02 0a", "02", "02 02 00 00 00 00 00 00 f8 3f 00", "02 00",
            "04 06 36 00",   // the specification's own example of an array: [3, 27]
            "04 02 02 00 00 00", "04 00 02 02 78 00", "02 02 70 00 00", "00", "02 02 00"));
        EveryType.Decode(record.ToAvro()).ShouldBe(record);
    }

    [Fact]
    public void Array_in_several_blocks_and_in_the_negative_form_is_one_list()
    {
        // Head of EveryType up to numbers, then blocks [3] and, sized, [27, 1].
        var head = Hex.Bytes("01 02 03 00 00 00 00 00 00 f8 3f 00 00 06 00 00 02 00 00");
        var tail = Hex.Bytes("02 06 03 04 36 02 00 00 00 00 00 00");

        EveryType.Decode([.. head, .. tail]).Numbers.ShouldBe([3, 27, 1]);
    }

    [Fact]
    public void Records_with_equal_content_are_equal()
    {
        var one = new EveryType { Flag = true, MaybeRaw = [1], Gaps = ["a", null] };
        var same = new EveryType { Flag = true, MaybeRaw = [1], Gaps = ["a", null] };

        one.ShouldBe(same);
        one.GetHashCode().ShouldBe(same.GetHashCode());
        one.ShouldNotBe(one with { MaybeRaw = [2] });
        one.ShouldNotBe(one with { MaybeRaw = null });
        one.ShouldNotBe(one with { Gaps = ["a", "b"] });
        one.ShouldNotBe(one with { Grid = [[1], [2]] });
    }

    [Fact]
    public void Encoding_into_a_span_needs_exactly_the_records_bytes()
    {
        var record = new Part { Name = "foo" };
        Span<byte> buffer = stackalloc byte[5];

        record.TryEncode(buffer, out var written).ShouldBeTrue();
        record.TryEncode(buffer[..4], out var none).ShouldBeFalse();

        written.ShouldBe(5);
        none.ShouldBe(0);
    }

    [Fact]
    public void Encoding_allocates_nothing()
    {
        var record = new EveryType { Flag = true, Parts = [new Part { Name = "p" }], Gaps = ["a", null] };
        var buffer = new byte[256];
        record.TryEncode(buffer, out _);   // compiled now

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            record.TryEncode(buffer, out _);

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(1000);   // less than a byte a record: none
    }

    [Fact]
    public void Null_in_a_required_member_is_refused() =>
        Should.Throw<ArgumentNullException>(static () => new Part { Name = null! }.ToAvro());

    [Fact]
    public void Symbols_are_spelt_as_in_the_schema()
    {
        Colour.DarkGreen.ToSymbol().ShouldBe("dark_green");
        ColourSymbols.TryParse("dark_green", out var colour).ShouldBeTrue();
        colour.ShouldBe(Colour.DarkGreen);
        ColourSymbols.TryParse("DarkGreen", out _).ShouldBeFalse();
    }

    [Fact]
    public void Registered_schema_holds_types_of_other_files_once_in_full_then_by_name()
    {
        using var schema = System.Text.Json.JsonDocument.Parse(EveryType.SchemaJson);
        var fields = schema.RootElement.GetProperty("fields").EnumerateArray().ToDictionary(f => f.GetProperty("name").GetString()!, f => f.GetProperty("type"));

        EveryType.SchemaFullName.ShouldBe("trackhub.test.EveryType");
        fields["parts"].GetProperty("items").GetProperty("fields").GetArrayLength().ShouldBe(2);
        fields["part"][1].GetString().ShouldBe("trackhub.test.Part");
        fields["colours"].GetProperty("items").GetString().ShouldBe("trackhub.test.Colour");
    }

    [Fact]
    public void Schema_of_a_nested_record_stands_alone()
    {
        using var schema = System.Text.Json.JsonDocument.Parse(Part.SchemaJson);

        schema.RootElement.GetProperty("fields")[1].GetProperty("type").GetProperty("symbols").GetArrayLength().ShouldBe(2);
    }
}
