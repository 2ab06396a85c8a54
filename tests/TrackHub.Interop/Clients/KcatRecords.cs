using System.Globalization;
using System.Text;

namespace TrackHub.Interop.Clients;

/// <summary>Records as kcat prints them and as it takes them: nothing that a key or value may hold is mistaken for a border.</summary>
internal static class KcatRecords
{
    /// <summary>Sizes first, so that keys and values may hold any byte; -1 is null. Headers as kcat has them: <c>name=value,…</c>, null as NULL.</summary>
    public const string Format = @"%p %o %T %K %S %h\n%k%s\n";

    /// <summary>Between a key and its value.</summary>
    public const string KeyBorder = "<|>";

    /// <summary>After a record.</summary>
    public const string RecordBorder = "<;>";

    /// <summary>Reads records until the stream ends.</summary>
    public static async IAsyncEnumerable<ClientRecord> ReadAsync(Stream output)
    {
        while (await ReadLineAsync(output) is { } line)
        {
            var parts = line.Split(' ', 6);
            var (keySize, valueSize) = (Number(parts[3]), Number(parts[4]));
            var bytes = new byte[Math.Max(keySize, 0) + Math.Max(valueSize, 0) + 1];
            await output.ReadExactlyAsync(bytes);
            var key = keySize < 0 ? null : bytes[..(int)keySize];
            var value = valueSize < 0 ? null : bytes[(int)Math.Max(keySize, 0)..^1];
            yield return new((int)Number(parts[0]), Number(parts[1]), key, value, Headers(parts[5]), Number(parts[2]));
        }
    }

    /// <summary>True if the record can be written only where kcat is told to take what is empty for null.</summary>
    public static bool NeedsEmptyAsNull(ClientRecord record) => record.Value is null;

    /// <summary>What kcat's standard input must hold, to write these records.</summary>
    public static byte[] Write(IEnumerable<ClientRecord> records)
    {
        using var input = new MemoryStream();
        foreach (var record in records)
        {
            // Without a border the key is null. A record that is altogether empty is passed over, so a null value always has a border.
            if (record.Key is not null || record.Value is null)
            {
                input.Write(record.Key);
                input.Write(Encoding.UTF8.GetBytes(KeyBorder));
            }

            input.Write(record.Value);
            input.Write(Encoding.UTF8.GetBytes(RecordBorder));
        }

        return input.ToArray();
    }

    private static IReadOnlyList<ClientHeader> Headers(string printed) =>
        [.. printed.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(static header => header.Split('=', 2)).Select(static header =>
            new ClientHeader(Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(header[0])), header[1] == "NULL" ? null : Encoding.Latin1.GetBytes(header[1])))];

    private static long Number(string digits) => long.Parse(digits, CultureInfo.InvariantCulture);

    private static async Task<string?> ReadLineAsync(Stream output)
    {
        var line = new List<byte>();
        var one = new byte[1];
        while (await output.ReadAsync(one) == 1)
        {
            if (one[0] == '\n')
                return Encoding.Latin1.GetString([.. line]);
            line.Add(one[0]);
        }

        return null;
    }
}
