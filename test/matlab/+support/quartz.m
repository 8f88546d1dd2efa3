function fc = quartz()
    %QUARTZ   Force constants of the crystal that comes with the examples.
    fc = euphonic.ForceConstants.from_json_file(support.quartz_file());
end
