using System.Runtime.InteropServices;

namespace TrackHub.LocalKafka.Wire;

/// <summary>
/// Carries the fields of an <see cref="IWireMessage"/> from or to somewhere: <see cref="WireReader"/> from a frame,
/// <see cref="WireWriter"/> to one. Which fields a version has, how arrays nest and where tagged fields stand is decided here, once.
/// </summary>
/// <param name="fills">Fields are set (a reader) rather than looked at (a writer).</param>
/// <remarks>
/// Each method carries one field if <see cref="Version"/> lies within its <c>from</c> and <c>to</c>, and else leaves it alone.
/// Not thread-safe. Source: https://kafka.apache.org/protocol#protocol_types and KIP-482.
/// </remarks>
internal abstract class WireCodec(bool fills)
{
    private const short Always = short.MaxValue;

    /// <summary>Elements an array is given room for on the word of its length alone; it grows as they arrive.</summary>
    private const int TrustedCount = 1024;

    private delegate void Carrier<T>(WireCodec wire, ref T value);

    /// <summary>Version of the API whose message is carried.</summary>
    public short Version { get; set; }

    /// <summary>Compact lengths and tagged fields, as flexible versions have them.</summary>
    public bool Flexible { get; set; }

    /// <summary>Carries a whole structure: its fields, then the tagged ones, of which none is known here.</summary>
    public void Message(IWireMessage message)
    {
        message.Fields(this);
        Tags();
    }

    public void Bool(ref bool value, short from = 0, short to = Always)
    {
        if (Has(from, to))
            Carry(ref value);
    }

    public void Int8(ref sbyte value, short from = 0, short to = Always)
    {
        if (Has(from, to))
            Carry(ref value);
    }

    public void Int16(ref short value, short from = 0, short to = Always)
    {
        if (Has(from, to))
            Carry(ref value);
    }

    public void Int32(ref int value, short from = 0, short to = Always)
    {
        if (Has(from, to))
            Carry(ref value);
    }

    public void Int64(ref long value, short from = 0, short to = Always)
    {
        if (Has(from, to))
            Carry(ref value);
    }

    public void Uuid(ref Guid value, short from = 0, short to = Always)
    {
        if (Has(from, to))
            Carry(ref value);
    }

    /// <summary>An error code, 16 bits.</summary>
    public void Error(ref ErrorCode value, short from = 0, short to = Always)
    {
        if (!Has(from, to))
            return;

        var code = (short)value;
        Carry(ref code);
        value = (ErrorCode)code;
    }

    /// <summary>A string that is never null.</summary>
    public void String(ref string value, short from = 0, short to = Always)
    {
        if (!Has(from, to))
            return;

        string? text = value;
        Carry(ref text, mayBeNull: false);
        value = text!;
    }

    /// <summary>A string that may be null from version <paramref name="nullFrom"/> on; before it, null is written as empty.</summary>
    public void NullableString(ref string? value, short from = 0, short to = Always, short nullFrom = 0)
    {
        if (!Has(from, to))
            return;

        var text = !fills && Version < nullFrom ? value ?? "" : value;
        Carry(ref text, mayBeNull: Version >= nullFrom);
        value = fills ? text : value;
    }

    /// <summary>Bytes that are never null. Reading copies them: they outlive the frame.</summary>
    public void Bytes(ref byte[] value, short from = 0, short to = Always)
    {
        if (Has(from, to))
            Carry(ref value);
    }

    /// <summary>
    /// Record batches, or null. Reading gives a view of the frame, valid while the request is answered; a writer has
    /// <paramref name="source"/> write them, if there is one.
    /// </summary>
    public void Records(ref Memory<byte>? value, IRecordSource? source = null)
    {
        if (source is not null && this is WireWriter writer)
            source.WriteTo(writer);
        else
            Carry(ref value);
    }

    /// <summary>An array of 32-bit integers that is never null.</summary>
    public void Int32Array(ref List<int> values, short from = 0, short to = Always)
    {
        List<int>? items = values;
        if (Has(from, to))
            Elements(ref items, mayBeNull: false, static () => 0, static (WireCodec wire, ref int item) => wire.Carry(ref item));
    }

    /// <summary>An array of strings that is never null, nor are they.</summary>
    public void StringArray(ref List<string> values, short from = 0, short to = Always)
    {
        List<string>? items = values;
        if (Has(from, to))
            Strings(ref items, mayBeNull: false);
    }

    /// <summary>An array of strings, or null.</summary>
    public void NullableStringArray(ref List<string>? values, short from = 0, short to = Always)
    {
        if (Has(from, to))
            Strings(ref values, mayBeNull: true);
    }

    /// <summary>An array of structures that is never null.</summary>
    public void Array<T>(ref List<T> values, short from = 0, short to = Always)
        where T : IWireMessage, new()
    {
        List<T>? items = values;
        if (Has(from, to))
            Messages(ref items, mayBeNull: false);
    }

    /// <summary>An array of structures that may be null from version <paramref name="nullFrom"/> on; before it, null is written as empty.</summary>
    public void NullableArray<T>(ref List<T>? values, short from = 0, short to = Always, short nullFrom = 0)
        where T : IWireMessage, new()
    {
        if (!Has(from, to))
            return;

        var items = !fills && Version < nullFrom ? values ?? [] : values;
        Messages(ref items, mayBeNull: Version >= nullFrom);
        values = fills ? items : values;
    }

    /// <summary>Ends a structure; tagged fields exist in flexible versions only.</summary>
    public abstract void Tags();

    protected abstract void Carry(ref bool value);

    protected abstract void Carry(ref sbyte value);

    protected abstract void Carry(ref short value);

    protected abstract void Carry(ref int value);

    protected abstract void Carry(ref long value);

    protected abstract void Carry(ref Guid value);

    protected abstract void Carry(ref string? value, bool mayBeNull);

    protected abstract void Carry(ref byte[] value);

    protected abstract void Carry(ref Memory<byte>? value);

    /// <summary>Carries an array's element count, null as -1.</summary>
    protected abstract void CarryCount(ref int count, bool mayBeNull);

    private bool Has(short from, short to) => Version >= from && Version <= to;

    private void Strings(ref List<string>? values, bool mayBeNull) =>
        Elements(ref values, mayBeNull, static () => "", static (WireCodec wire, ref string item) => wire.String(ref item));

    private void Messages<T>(ref List<T>? values, bool mayBeNull)
        where T : IWireMessage, new() =>
        Elements(ref values, mayBeNull, static () => new T(), static (WireCodec wire, ref T item) =>
        {
            item.Fields(wire);
            wire.Tags();
        });

    private void Elements<T>(ref List<T>? values, bool mayBeNull, Func<T> blank, Carrier<T> carry)
    {
        var count = Count(ref values, mayBeNull);
        if (!fills)
        {
            foreach (ref var item in CollectionsMarshal.AsSpan(values))
                carry(this, ref item);
            return;
        }

        for (var i = 0; i < count; i++)
        {
            var item = blank();
            carry(this, ref item);
            values!.Add(item);
        }
    }

    /// <summary>Carries a list's count; when filling, the list is emptied and given room, or is null.</summary>
    private int Count<T>(ref List<T>? values, bool mayBeNull)
    {
        var count = values?.Count ?? -1;
        CarryCount(ref count, mayBeNull);
        if (!fills)
            return count;

        if (count < 0)
        {
            values = null;
            return count;
        }

        values ??= [];
        values.Clear();
        values.Capacity = Math.Max(values.Capacity, Math.Min(count, TrustedCount));   // exactly: EnsureCapacity takes four at least
        return count;
    }
}
