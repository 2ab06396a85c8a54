namespace TrackHub.Schemas.Tests.Resolution;

/// <summary>
/// Two schemas of which one reads the other, with values whose bytes are known on both sides because they were built side by side: the
/// reference that resolution is compared with, which resolves nothing itself.
/// </summary>
/// <param name="Writer">The writer's type as JSON.</param>
/// <param name="Reader">The reader's type as JSON.</param>
/// <param name="Next">Another value: as it is written, and as it must be read.</param>
internal sealed record SchemaPair(string Writer, string Reader, Func<(byte[] Written, byte[] Read)> Next);

/// <summary>Makes pairs at random.</summary>
internal sealed class SchemaPairs(Random random)
{
    private const int MaxDepth = 3;
    private int _names;

    /// <summary>A record and another version of it.</summary>
    public SchemaPair Record(int depth = 0)
    {
        var kept = Some(1, 5, () => (Name: Name(), Pair: Any(depth + 1)));
        var removed = Some(0, 3, () => (Name: Name(), Pair: Any(depth + 1)));
        var added = Some(0, 3, () => (Name: Name(), Default: Default()));
        var renamed = kept.Select(f => Chance(4) ? Name() : f.Name).ToArray();

        var writerFields = Shuffled(kept.Concat(removed).Select(f => (Field: $$"""{"name":"{{f.Name}}","type":{{f.Pair.Writer}}}""", f.Name)));
        var readerFields = Shuffled(kept.Select((f, i) => (Field: $$"""{"name":"{{renamed[i]}}","aliases":["{{f.Name}}"],"type":{{f.Pair.Reader}}}""", f.Name))
            .Concat(added.Select(f => (Field: $$"""{"name":"{{f.Name}}","type":{{f.Default.Type}},"default":{{f.Default.Json}}}""", f.Name))));

        var (writer, reader) = Names("R");
        return new(
            $$"""{"type":"record",{{writer}},"fields":[{{string.Join(',', writerFields.Select(static f => f.Field))}}]}""",
            $$"""{"type":"record",{{reader}},"fields":[{{string.Join(',', readerFields.Select(static f => f.Field))}}]}""",
            () =>
            {
                var values = kept.Concat(removed).ToDictionary(static f => f.Name, static f => f.Pair.Next());
                var defaults = added.ToDictionary(static f => f.Name, static f => f.Default.Bytes);
                return ([.. writerFields.SelectMany(f => values[f.Name].Written)],
                    [.. readerFields.SelectMany(f => defaults.TryGetValue(f.Name, out var bytes) ? bytes : values[f.Name].Read)]);
            });
    }

    private SchemaPair Any(int depth) => random.Next(depth < MaxDepth ? 10 : 5) switch
    {
        0 => Number(),
        1 => Text(),
        2 => Of("\"boolean\"", "\"boolean\"", () => Both([(byte)random.Next(2)])),
        3 => Enum(),
        4 => Fixed(),
        5 => Blocks(Any(depth + 1), "array", "items", keyed: false),
        6 => Blocks(Any(depth + 1), "map", "values", keyed: true),
        7 => Union(depth + 1),
        8 => IntoUnion(depth + 1),
        _ => Record(depth + 1),
    };

    private SchemaPair Number()
    {
        string[] order = ["int", "long", "float", "double"];
        var from = random.Next(4);
        var to = random.Next(from, 4);
        return Of($"\"{order[from]}\"", $"\"{order[to]}\"", () =>
        {
            var whole = from == 0 ? random.Next(int.MinValue, int.MaxValue) >> random.Next(32) : random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64);
            var single = (float)(random.NextDouble() * 1e9);
            var real = random.NextDouble() * 1e300;
            return (from, to) switch
            {
                ( <= 1, <= 1) => Both(Bytes.Varint(whole)),
                ( <= 1, 2) => (Bytes.Varint(whole), BitConverter.GetBytes((float)whole)),
                ( <= 1, 3) => (Bytes.Varint(whole), BitConverter.GetBytes((double)whole)),
                (2, 2) => Both(BitConverter.GetBytes(single)),
                (2, 3) => (BitConverter.GetBytes(single), BitConverter.GetBytes((double)single)),
                _ => Both(BitConverter.GetBytes(real)),
            };
        });
    }

    private SchemaPair Text()
    {
        string[] types = ["\"string\"", "\"bytes\""];
        return Of(types[random.Next(2)], types[random.Next(2)], () =>
        {
            var length = random.Next(20);
            return Both([.. Bytes.Varint(length), .. Enumerable.Range(0, length).Select(_ => (byte)random.Next(' ', '~'))]);
        });
    }

    private SchemaPair Enum()
    {
        var known = Some(1, 4, Name).ToArray();
        var unknown = Some(0, 3, Name).ToArray();
        var writerSymbols = Shuffled(known.Concat(unknown));
        var readerSymbols = Shuffled(known.Concat(Some(0, 2, Name)));
        var fallback = readerSymbols[random.Next(readerSymbols.Length)];
        var (writer, reader) = Names("E");
        return Of(
            $$"""{"type":"enum",{{writer}},"symbols":[{{Quoted(writerSymbols)}}]}""",
            $$"""{"type":"enum",{{reader}},"symbols":[{{Quoted(readerSymbols)}}],"default":"{{fallback}}"}""",
            () =>
            {
                var symbol = writerSymbols[random.Next(writerSymbols.Length)];
                var read = readerSymbols.Contains(symbol) ? symbol : fallback;
                return (Bytes.Varint(Array.IndexOf(writerSymbols, symbol)), Bytes.Varint(Array.IndexOf(readerSymbols, read)));
            });
    }

    private SchemaPair Fixed()
    {
        var size = random.Next(5);
        var (writer, reader) = Names("F");
        return Of($$"""{"type":"fixed",{{writer}},"size":{{size}}}""", $$"""{"type":"fixed",{{reader}},"size":{{size}}}""", () =>
        {
            var value = new byte[size];
            random.NextBytes(value);
            return Both(value);
        });
    }

    private SchemaPair Blocks(SchemaPair part, string kind, string member, bool keyed)
    {
        if (!keyed && part.Writer.Contains("\"size\":0", StringComparison.Ordinal))
            part = Number();   // items of an array take bytes
        return Of($$"""{"type":"{{kind}}","{{member}}":{{part.Writer}}}""", $$"""{"type":"{{kind}}","{{member}}":{{part.Reader}}}""", () =>
        {
            var (written, read) = (new List<byte>(), new List<byte>());
            for (var blocks = random.Next(3); blocks > 0; blocks--)
            {
                var items = Some(1, 4, () => (Key: Bytes.Sized(Name()), Value: part.Next())).ToList();
                written.AddRange([.. Bytes.Varint(items.Count), .. items.SelectMany(i => keyed ? [.. i.Key, .. i.Value.Written] : i.Value.Written)]);
                read.AddRange([.. Bytes.Varint(items.Count), .. items.SelectMany(i => keyed ? [.. i.Key, .. i.Value.Read] : i.Value.Read)]);
            }

            return ([.. written, 0], [.. read, 0]);
        });
    }

    // Branches of families that do not resolve into each other, so that each has one counterpart.
    private SchemaPair Union(int depth)
    {
        var families = Shuffled([Of("\"null\"", "\"null\"", static () => Both([])), Number(), Text(), Enum(), Blocks(Any(depth), "array", "items", keyed: false), Record(depth)])
            .Take(random.Next(1, 6)).ToArray();
        var order = Shuffled(Enumerable.Range(0, families.Length));
        return Of(
            $"[{string.Join(',', families.Select(static f => f.Writer))}]",
            $"[{string.Join(',', order.Select(i => families[i].Reader))},\"boolean\"]",
            () =>
            {
                var branch = random.Next(families.Length);
                var (written, read) = families[branch].Next();
                return ([.. Bytes.Varint(branch), .. written], [.. Bytes.Varint(Array.IndexOf(order, branch)), .. read]);
            });
    }

    private SchemaPair IntoUnion(int depth)
    {
        var value = random.Next(3) switch { 0 => Number(), 1 => Enum(), _ => Record(depth) };
        return Of(value.Writer, $"[\"null\",{value.Reader}]", () =>
        {
            var (written, read) = value.Next();
            return (written, [2, .. read]);
        });
    }

    private (string Type, string Json, byte[] Bytes) Default() => random.Next(5) switch
    {
        0 => ("\"long\"", "-3", [5]),
        1 => ("\"string\"", "\"né\"", [6, (byte)'n', 0xc3, 0xa9]),
        2 => ("""["null","int"]""", "null", [0]),
        3 => ("""{"type":"array","items":"int"}""", "[3,27]", [4, 6, 54, 0]),
        _ => ("\"boolean\"", "true", [1]),
    };

    private static SchemaPair Of(string writer, string reader, Func<(byte[], byte[])> next) => new(writer, reader, next);

    private static (byte[], byte[]) Both(byte[] bytes) => (bytes, bytes);

    private static string Quoted(IEnumerable<string> names) => string.Join(',', names.Select(static n => $"\"{n}\""));

    /// <summary>The names of one type in both schemas: the same, in another namespace, or an alias.</summary>
    private (string Writer, string Reader) Names(string prefix)
    {
        var name = $"{prefix}{_names++}";
        return random.Next(3) switch
        {
            0 => ($"\"name\":\"{name}\"", $"\"name\":\"{name}\""),
            1 => ($"\"name\":\"a.{name}\"", $"\"name\":\"{name}\",\"namespace\":\"b.c\""),
            _ => ($"\"name\":\"a.{name}\"", $"\"name\":\"b.New{name}\",\"aliases\":[\"a.{name}\"]"),
        };
    }

    private string Name() => $"n{_names++}";

    private bool Chance(int oneIn) => random.Next(oneIn) == 0;

    private List<T> Some<T>(int least, int most, Func<T> make) => [.. Enumerable.Range(0, random.Next(least, most + 1)).Select(_ => make())];

    private T[] Shuffled<T>(IEnumerable<T> items)
    {
        var all = items.ToArray();
        random.Shuffle(all);
        return all;
    }
}

/// <summary>Avro binary as the specification describes it, written for these tests alone.</summary>
internal static class Bytes
{
    public static byte[] Varint(long value)
    {
        var bytes = new List<byte>();
        var rest = value >= 0 ? (UInt128)value * 2 : ((UInt128)(-(Int128)value) * 2) - 1;
        for (; rest >= 128; rest /= 128)
            bytes.Add((byte)(128 + (rest % 128)));
        return [.. bytes, (byte)rest];
    }

    public static byte[] Sized(string ascii) => [.. Varint(ascii.Length), .. System.Text.Encoding.ASCII.GetBytes(ascii)];
}
