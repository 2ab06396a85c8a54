using System.Diagnostics;
using System.Runtime.InteropServices;

namespace TrackHub.Platform.Streams.Native;

/// <summary>A record's headers as librdkafka holds them.</summary>
internal static unsafe class NativeHeaders
{
    /// <summary>Copies headers into a list, which belongs to the record once that is taken.</summary>
    /// <param name="headers">The headers.</param>
    /// <param name="send">Span of the record's sending, which <c>traceparent</c> then names; or null.</param>
    /// <returns>The list; 0 if there are none.</returns>
    public static nint Create(RecordHeaders headers, Activity? send)
    {
        if (headers.Count is 0)
            return 0;

        Span<byte> nameRoom = stackalloc byte[Utf8Text.UsualBytes];
        Span<byte> valueRoom = stackalloc byte[Utf8Text.UsualBytes];
        var list = LibRdKafka.NewHeaders((nuint)headers.Count);
        for (var i = 0; i < headers.Count; i++)
        {
            var header = headers.Sent(i, send);
            var (name, text, bytes) = header;
            using var utf8Name = new Utf8Text(name, nameRoom);
            if (text is null)
            {
                Add(list, utf8Name.Bytes, header.IsOwnTrace ? RecordTrace.WriteOwn(valueRoom) : bytes);
                continue;
            }

            using var utf8 = new Utf8Text(text, valueRoom);
            Add(list, utf8Name.Bytes, utf8.Bytes);
        }

        return list;
    }

    private static void Add(nint list, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        fixed (byte* nameStart = &MemoryMarshal.GetReference(name))
        fixed (byte* valueStart = &MemoryMarshal.GetReference(value))
        {
            LibRdKafka.AddHeader(list, (nint)nameStart, name.Length, (nint)valueStart, value.Length);
        }
    }
}
