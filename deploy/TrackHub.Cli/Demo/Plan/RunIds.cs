using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace TrackHub.Cli.Demo.Plan;

/// <summary>Ids of one run: derived from its tag and a counter, so that no two runs share one and a plan can be made again.</summary>
/// <param name="run">Tag of the run.</param>
internal sealed class RunIds(string run)
{
    private const string Letters = "0123456789abcdefghijklmnopqrstuvwxyz";

    // 90000-0100 and up: not given to anybody, and beyond the number that the sample payloads hold.
    private const int FirstPhone = 100;
    private const int PhonesPerArea = 9_900;
    private static readonly string[] AreaCodes = ["11", "21", "31", "41", "51", "61", "71", "81", "85", "91"];

    private int _next;

    /// <summary>Tag of the run.</summary>
    public string Run { get; } = run;

    /// <summary>The next number of this run, from 1.</summary>
    public int Next() => ++_next;

    /// <summary>A TrackHub click id: <c>th_</c> and 26 characters.</summary>
    public string ClickId() => "th_" + Text("click", 26);

    /// <summary>An event id as the tracker makes it.</summary>
    public string EventId() => $"ev-{Run}-{Text("event", 16)}";

    /// <summary>A random-looking UUID.</summary>
    public string Uuid() => new Guid(Hash("uuid")[..16]).ToString("D", CultureInfo.InvariantCulture);

    /// <summary>Lower-case letters and digits.</summary>
    public string Text(string purpose, int length) => string.Concat(Hash(purpose).Take(length).Select(static b => Letters[b % Letters.Length]));

    /// <summary>Upper-case letters and digits.</summary>
    public string UpperText(string purpose, int length) => Text(purpose, length).ToUpperInvariant();

    /// <summary>Decimal digits, the first not 0.</summary>
    public string Digits(string purpose, int length) =>
        string.Concat(Hash(purpose).Take(length).Select(static (b, i) => (char)(i == 0 ? '1' + (b % 9) : '0' + (b % 10))));

    /// <summary>A Brazilian mobile number of nobody, E.164 with plus. Consecutive over a run, so that none repeats within 99,000.</summary>
    public string Phone()
    {
        var start = BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(Run))) % (uint)(AreaCodes.Length * PhonesPerArea);
        var number = ((int)start + Next()) % (AreaCodes.Length * PhonesPerArea);
        return $"+55{AreaCodes[number / PhonesPerArea]}90000{FirstPhone + (number % PhonesPerArea):D4}";
    }

    /// <summary>An address of the documentation range (RFC 3849), in a /48 of its own as far as there are enough.</summary>
    public string Ip()
    {
        var bytes = Hash("ip");
        return string.Create(CultureInfo.InvariantCulture, $"2001:db8:{Part(0):x}:{Part(2):x}:{Part(4):x}:{Part(6):x}:{Part(8):x}:{Part(10):x}");

        int Part(int at) => BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(at)) | 1;
    }

    private byte[] Hash(string purpose) => SHA256.HashData(Encoding.UTF8.GetBytes($"{Run}/{purpose}/{Next()}"));
}
