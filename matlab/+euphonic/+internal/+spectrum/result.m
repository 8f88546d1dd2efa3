function spectrum = result(found, arrays)
    %RESULT   A spectrum of the daemon as a plain struct.
    %   FOUND, ARRAYS: what spectrum.dos, spectrum.map or spectrum.powder gave, see PROTOCOL.md.
    spectrum = struct('data', arrays.data, 'unit', found.unit);
    spectrum.energy_unit = 'meV';
    spectrum.provenance = found.provenance;
    spectrum.kernel_seconds = found.kernel_seconds;
end
